/** mlops down: stops the system and takes it down. */
import { destroy } from '../constructs/local/mlops';
import { resolve, Unavailable } from '../constructs/spec';
import { placeOf, type CommonOptions, type Io } from './io';
import { askRunning } from './running';

/** Longer than a server may take to answer what is in flight. */
const PATIENCE = 60_000;

export async function down(options: CommonOptions, io: Io): Promise<void> {
  const { spec, stateDir } = placeOf(options, io);
  const { name, onDestroy } = resolve(spec);
  const stopped = await stopRunning(stateDir);
  const kept = await destroy({ stateDir }, onDestroy);
  if (options.json) return io.print(JSON.stringify({ name, stopped, kept }));
  io.print(`${name} is down${stopped ? '' : '; nothing was running'}`);
  if (kept.length > 0)
    io.print(`kept in ${stateDir}: ${kept.join(', ')}. To remove it too: onDestroy: 'delete' in the spec`);
}

/** Whether something was running. */
async function stopRunning(stateDir: string): Promise<boolean> {
  const running = await askRunning(stateDir).catch((error: unknown) => {
    if (error instanceof Unavailable) return undefined;
    throw error;
  });
  if (!running) return false;
  process.kill(running.pid, 'SIGTERM');
  const until = Date.now() + PATIENCE;
  while (isAlive(running.pid)) {
    if (Date.now() > until) throw new Unavailable(`Process ${running.pid} does not stop within ${PATIENCE / 1000} s.`);
    await new Promise((next) => setTimeout(next, 100));
  }
  return true;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
