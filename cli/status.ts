/** mlops status: what serves, what runs, what is being waited for. */
import { placeOf, sameSystem, type CommonOptions, type Io } from './io';
import { printStatus } from './status-view';

export async function status(options: CommonOptions, io: Io): Promise<void> {
  const place = placeOf(options, io);
  const system = await place.target.open(place, io);
  const { heading, facts, endpoints } = await system.status();
  if (options.json) return io.print(JSON.stringify({ ...facts, endpoints }, undefined, 2));
  for (const line of heading) io.print(line);
  const several = endpoints.length > 1;
  for (const status of endpoints) io.print(`\n${printStatus(status, commandOf(options, several && status.endpoint))}`);
}

/** A command about the same system. */
function commandOf(options: CommonOptions, endpoint: string | false): (words: string) => string {
  return (words) => {
    const named = endpoint && !words.startsWith('logs') ? ` --endpoint ${endpoint}` : '';
    return `mlops ${words}${named}${sameSystem(options)}`;
  };
}
