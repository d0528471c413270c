/**
 * A tick over 50 endpoints that are at rest, on the emulators of test/emulators: the loop's bundle as the function of each endpoint.
 * `npx tsx bench/loop-emulators.ts`, on Linux, with what test/emulators/README.md asks for. The emulators and the router take their
 * share of the same cores: more than half of the CPU of a warm tick.
 */
import { cpus, loadavg } from 'node:os';
import { family, spent, type Process } from './loop/cpu';
import { Emulated } from './loop/emulated';

const ENDPOINTS = 50;
/** A figure of a warm tick is the median of so many. */
const ROUNDS = 3;

/** This process sends the ticks, and is the router before SageMaker. */
const kindOf = ({ id, command }: Process): string =>
  id === process.pid ? 'bench' : command.includes('_worker.js') ? 'functions' : 'emulators';

interface Figure {
  /** Seconds. */
  readonly wall: number;
  /** Seconds by kind of process. */
  readonly cpu: Readonly<Record<string, number>>;
}

async function measure(emulated: Emulated, how: 'in turn' | 'at once'): Promise<Figure> {
  const [before, start] = [family(), performance.now()];
  await emulated.tick(how);
  const wall = (performance.now() - start) / 1000;
  const cpu = spent(before, family(), kindOf);
  await emulated.check();
  return { wall, cpu };
}

async function median(emulated: Emulated, how: 'in turn' | 'at once'): Promise<Figure> {
  const figures: Figure[] = [];
  for (let round = 0; round < ROUNDS; round += 1) figures.push(await measure(emulated, how));
  return figures.sort((a, b) => a.wall - b.wall)[Math.floor(ROUNDS / 2)]!;
}

function tell(label: string, { wall, cpu }: Figure): void {
  const parts = Object.entries(cpu).map(([kind, seconds]) => `${kind} ${seconds.toFixed(2)}`);
  const load = `load ${loadavg()[0]!.toFixed(1)} on ${cpus().length} cores`;
  console.log(`  ${label}  ${wall.toFixed(2)} s; CPU: ${parts.sort().join(', ')} (${load})`);
}

async function main(): Promise<void> {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const emulated = await Emulated.start();
  try {
    await emulated.fill(ENDPOINTS);
    await emulated.deploy();
    console.log(`A tick over ${ENDPOINTS} endpoints at rest, a function each, Node ${process.versions.node}`);
    tell('one after the other, cold ', await measure(emulated, 'in turn'));
    tell('one after the other, again', await median(emulated, 'in turn'));
    tell('all at once, again        ', await median(emulated, 'at once'));
    await emulated.cool();
    tell('all at once, cold         ', await measure(emulated, 'at once'));
  } finally {
    await emulated.stop();
  }
}

void main();
