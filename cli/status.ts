/** mlops status: what serves, what runs, what is being waited for. */
import type { Counters } from '../constructs/local/mlops';
import { placeOf, type CommonOptions, type Io } from './io';
import { askRunning } from './running';
import { printStatus } from './status-view';

export async function status(options: CommonOptions, io: Io): Promise<void> {
  const { overview, url, pid } = await askRunning(placeOf(options, io).stateDir);
  if (options.json) return io.print(JSON.stringify({ url, pid, ...overview }, undefined, 2));
  io.print(`${overview.name} runs at ${url} (process ${pid})`);
  io.print(printRequests(overview.requests));
  const several = overview.endpoints.length > 1;
  for (const status of overview.endpoints)
    io.print(`\n${printStatus(status, commandOf(options, several && status.endpoint))}`);
}

function printRequests({ served, failed, retried, captured, dropped }: Counters): string {
  const lost = dropped > 0 ? `, ${dropped} lost to the monitors` : '';
  return `requests since it began: ${served} answered, ${failed} failed, ${retried} sent twice; ${captured} captured${lost}`;
}

/** A command about the same system: with the options that this one was given. */
function commandOf({ spec, state, target }: CommonOptions, endpoint: string | false): (words: string) => string {
  const options = Object.entries({ spec, state, target })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` --${name} ${value}`)
    .join('');
  return (words) => {
    const named = endpoint && !words.startsWith('logs') ? ` --endpoint ${endpoint}` : '';
    return `mlops ${words}${named}${options}`;
  };
}
