/** The looks of the deployed loop, as its log tells of them. */
import type { Deployment } from './deployment';
import { logLines } from './environment';
import { until } from './waiting';

/** What a look prints, beside other things. */
export interface Look {
  readonly alarms: readonly string[];
}

/** All that the function printed. */
export const log = (on: Deployment): Promise<readonly string[]> =>
  logLines(on.clients, on.named('AWS::Logs::LogGroup', /onlineLoopLog/));

/** One for each. */
export const looks = async (on: Deployment): Promise<readonly Look[]> =>
  (await log(on)).filter((line) => line.startsWith('{"endpoint":"online"')).map((line) => JSON.parse(line) as Look);

/** How many there were when no more came: one may wake another, by what it publishes. */
export async function quiet(on: Deployment): Promise<number> {
  let count = -1;
  let times = 0;
  return until('the loop to be quiet', async () => {
    const now = (await looks(on)).length;
    times = now === count ? times + 1 : 0;
    count = now;
    return times === 8 && count;
  });
}
