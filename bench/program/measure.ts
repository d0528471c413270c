/** Runs a Pulumi program without an engine, in a process of its own, and prints the CPU time it took: measure.js PROGRAM */
import { runtime } from '@pulumi/pulumi';
import { CONFIG } from './config';

/** Milliseconds of CPU. */
export interface Measured {
  /** From the start of the process until all resources are registered: what an update waits for. */
  readonly cold: number;
  /** The program alone, in a process that has run it before: median of the last runs. */
  readonly again: number;
  /** Of these, to load the program and what it imports. */
  readonly load: number;
}

export interface Program {
  readonly build: () => unknown;
}

const WARMING = 4;
const REPEATS = 7;

// Not among Pulumi's declarations: how its Automation API runs programs apart in one process.
// eslint-disable-next-line @typescript-eslint/no-require-imports
const state = require('@pulumi/pulumi/runtime/state') as {
  withLocalStorage<T>(run: () => Promise<T>): Promise<T>;
};

async function measure(program: string): Promise<Measured> {
  let load = 0;
  let build: Program['build'] = () => undefined;
  await run(() => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    ({ build } = require(program) as Program);
    load = cpu();
    return build();
  });
  const cold = cpu();
  const again: number[] = [];
  for (let i = 0; i < WARMING + REPEATS; i++) {
    const start = cpu();
    await run(build);
    again.push(cpu() - start);
  }
  const sorted = again.slice(WARMING).sort((a, b) => a - b);
  return { load, cold, again: sorted[Math.floor(REPEATS / 2)]! };
}

/** Every resource is made at once, with what it was given and an id. */
const run = (build: Program['build']): Promise<void> =>
  state.withLocalStorage(async () => {
    await runtime.setMocks(
      {
        newResource: ({ name, inputs }) => ({ id: name, state: inputs as object }),
        call: ({ token }) => {
          throw new Error(`The program calls ${token}`);
        },
      },
      CONFIG.project,
      CONFIG.stack,
    );
    runtime.setAllConfig(CONFIG.config);
    await runtime.runInPulumiStack(() => build() as Promise<unknown>);
    await runtime.disconnect();
  });

function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

if (require.main === module) void measure(process.argv[2]!).then((measured) => console.log(JSON.stringify(measured)));
