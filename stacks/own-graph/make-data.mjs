/** Makes data/sales.csv: how many loaves a bakery sold, by the hour. Made up, and the same each time. */
import { writeFileSync } from 'node:fs';

const DAYS = 112;
const START = Date.UTC(2026, 0, 1);
/** New neighbours move in. */
const GROWTH = { day: 60, factor: 1.7 };
const BY_HOUR = { 7: 34, 8: 42, 9: 30, 10: 22, 11: 20, 12: 26, 13: 18, 14: 12, 15: 14, 16: 20, 17: 28, 18: 16 };
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

let state = 20260101;
/** Uniform from 0 to 1: a linear congruential generator, the same on every machine. */
function random() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}

const lines = ['time,hour,weekday,temperature,sold'];
for (let day = 0; day < DAYS; day += 1) {
  const weekday = WEEKDAYS[new Date(START + day * 86_400_000).getUTCDay()];
  const growth = day < GROWTH.day ? 1 : GROWTH.factor;
  const weekend = weekday === 'Saturday' || weekday === 'Sunday' ? 1.5 : 1;
  const warmth = 8 + day / 10 + 6 * (random() - 0.5);
  // On some days the till is down, and counts next to nothing.
  const counted = random() < 0.04 ? 0.05 : 1;
  for (const [hour, usual] of Object.entries(BY_HOUR)) {
    const time = new Date(START + day * 86_400_000 + hour * 3_600_000).toISOString();
    const temperature = warmth + 4 * Math.sin(((hour - 9) * Math.PI) / 12);
    const demand = usual * growth * weekend * (1.2 - temperature / 80) * (0.85 + 0.3 * random());
    lines.push([time, hour, weekday, temperature.toFixed(1), Math.round(demand * counted)].join(','));
  }
}
writeFileSync(new URL(process.argv[2] ?? 'data/sales.csv', import.meta.url), `${lines.join('\n')}\n`);
