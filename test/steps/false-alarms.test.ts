/** How often drift is seen where there is none: real rows, shuffled, so that reference and window are the same by design. */
import { DISTANCES, jsDistance, lInfinity, type Distance } from '../../constructs/spec/distance';
import { Database, distance, drifted, profile, referenceEdges } from '../../runtime/steps';

const BIKES = 'stacks/bike-rentals/data/bike-rentals.parquet';
const KINDS = {
  hour: 'category',
  weekday: 'category',
  weather: 'category',
  working_day: 'category',
  temperature: 'number',
  humidity: 'number',
  wind_speed: 'number',
} as const;
/** The rows of 90 days, as the reference; `leastRows` of a data-drift monitor, as the window. */
const [REFERENCE, WINDOW] = [2160, 100];
const [SHUFFLES, WINDOWS] = [8, 50];

/** Share of comparisons with anything left net of noise, and with more than 0.1, by distance; share of windows violated. */
async function measureFalseAlarms() {
  const left: Record<string, number[]> = {};
  const alarms: Record<string, number[]> = {};
  const violated: number[] = [];
  await Database.use(async (db) => {
    for (let shuffle = 1; shuffle <= SHUFFLES; shuffle++) {
      await db.run(
        `CREATE OR REPLACE TABLE rows AS SELECT CAST("hour" AS VARCHAR) AS "hour", weekday, weather,
           CAST(working_day AS VARCHAR) AS working_day, temperature, CAST(humidity AS DOUBLE) AS humidity, wind_speed,
           row_number() OVER (ORDER BY hash(epoch_us(time) + ${shuffle}), time) AS n FROM '${BIKES}'`,
      );
      const reference = `(SELECT * FROM rows WHERE n <= ${REFERENCE})`;
      const bins = await referenceEdges(db, reference, KINDS);
      const { columns } = await profile(db, reference, bins);
      for (let i = 0; i < WINDOWS; i++) {
        const from = REFERENCE + i * WINDOW;
        const window = await profile(db, `(SELECT * FROM rows WHERE n > ${from} AND n <= ${from + WINDOW})`, bins);
        let any = 0;
        for (const [name, column] of Object.entries(columns))
          for (const of of Object.keys(DISTANCES) as Distance[]) {
            if (!DISTANCES[of].kinds.includes(column.kind) || of === 'chi2') continue;
            const value = distance(of, column, window.columns[name]!);
            (left[of] ??= []).push(Number(value.corrected > 0));
            (alarms[of] ??= []).push(Number(value.corrected > 0.1));
            const rule = column.kind === 'number' ? jsDistance(0.1) : lInfinity(0.1);
            if (rule.distance === of && drifted(rule, value)) any = 1;
          }
        violated.push(any);
      }
    }
  });
  return { left: shares(left), alarms: shares(alarms), violated: mean(violated) };
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const shares = (all: Readonly<Record<string, number[]>>) =>
  Object.fromEntries(Object.entries(all).map(([name, values]) => [name, mean(values)]));

let measured: Awaited<ReturnType<typeof measureFalseAlarms>>;
beforeAll(async () => {
  measured = await measureFalseAlarms();
}, 60_000);

test('sampling noise alone leaves something in at most 5 of 1,000 comparisons, whichever the distance', () => {
  for (const [name, share] of Object.entries(measured.left)) expect([name, share <= 0.005]).toEqual([name, true]);
});

test('a threshold of 0.1 is passed in at most 1 of 1,000 comparisons of a window of 100 rows', () => {
  for (const [name, share] of Object.entries(measured.alarms)) expect([name, share <= 0.001]).toEqual([name, true]);
});

test('with the defaults at most 1 of 200 windows of 100 rows and 7 features is violated', () => {
  expect(measured.violated).toBeLessThanOrEqual(0.005);
});
