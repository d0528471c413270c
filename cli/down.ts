/** mlops down: stops the system and takes it down. */
import { resolve } from '../constructs/spec';
import { placeOf, type CommonOptions, type Io } from './io';

export async function down(options: CommonOptions, io: Io): Promise<void> {
  const place = placeOf(options, io);
  const spec = resolve(place.spec);
  const system = await place.target.open(place, io);
  const { stopped, kept, hint } = await system.down(spec);
  if (options.json) return io.print(JSON.stringify({ name: spec.name, stopped, kept }));
  io.print(`${spec.name} is down${stopped ? '' : '; nothing was running'}`);
  if (kept.length > 0) io.print(hint);
}
