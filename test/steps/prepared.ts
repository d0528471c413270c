/** Runs of `prepare` on hourly rows of the small shop, for its tests. */
import { rowsSql, run, schema, type Run, type Scratch } from './scratch';

export const HOUR = 3600;
export const prepare = (scratch: Scratch, data: string, change: Readonly<Record<string, unknown>> = {}): Promise<Run> =>
  run(
    'prepare',
    { 'in.data': data, 'out.rows': scratch.path('rows'), 'out.report': scratch.path('report') },
    { schema, history: 50 * HOUR, test: 10 * HOUR, ...change },
  );

/** A change to some of 100 hourly rows: SQL over `when`, `price`, `day`, `sold`, `shop`. */
export const changed = (select: string): string => `SELECT ${select} FROM (${rowsSql(100)})`;
