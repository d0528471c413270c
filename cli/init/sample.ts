/** Made-up data for a project without a table of its own: the hourly orders of a shop that grows. */

const DAYS = 120;
const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** CSV; the same at each call. */
export function sampleOrders(): string {
  const random = generator(7);
  const lines = ['time,hour,weekday,campaign,temperature,orders'];
  for (let i = 0; i < 24 * DAYS; i += 1) {
    const at = new Date(START + i * HOUR);
    const [hour, weekday] = [at.getUTCHours(), at.getUTCDay()];
    const campaign = random() < 0.2;
    const season = Math.sin((2 * Math.PI * (i / 24 - 90)) / 365);
    const temperature = 8 + 9 * season + 4 * Math.sin((2 * Math.PI * (hour - 9)) / 24) + 4 * (random() - 0.5);
    const day = Math.max(0, Math.sin((Math.PI * (hour - 6)) / 17));
    // From the seventieth day on the shop is known in town: what was learned before is too little.
    const growth = i < 70 * 24 ? 1 : 1.8;
    const mean =
      growth * (3 + 40 * day) * (weekday % 6 === 0 ? 1.4 : 1) * (campaign ? 1.5 : 1) * (1 + temperature / 60);
    const orders = Math.max(0, Math.round(mean * (0.85 + 0.3 * random())));
    lines.push(
      [at.toISOString().slice(0, 19) + 'Z', hour, WEEKDAYS[weekday], campaign, temperature.toFixed(1), orders].join(
        ',',
      ),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** A linear congruential generator: numbers from 0 to 1 that every machine makes the same. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}
