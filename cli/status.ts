/** mlops status: what serves, what runs, what is being waited for. */
import { placeOf, type CommonOptions, type Io } from './io';
import { askRunning } from './running';
import { printStatus } from './status-view';

export async function status(options: CommonOptions, io: Io): Promise<void> {
  const { overview, url, pid } = await askRunning(placeOf(options, io).stateDir);
  if (options.json) return io.print(JSON.stringify({ url, pid, ...overview }, undefined, 2));
  io.print(`${overview.name} runs at ${url} (process ${pid})`);
  for (const endpoint of overview.endpoints) io.print(`\n${printStatus(endpoint)}`);
}
