/** Synthesizes what a program builds, in a process of its own, and prints the CPU time it took: measure.ts PROGRAM */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib/core';

/** Milliseconds of CPU. */
export interface Measured {
  /** To load the program and what it imports. */
  readonly load: number;
  /** To build its constructs and to write the cloud assembly, for the first time in a process. */
  readonly cold: number;
  /** The same in a process that has done it before: median of the last ones. */
  readonly again: number;
}

const WARMING = 4;
const REPEATS = 7;

function measure(program: string): Measured {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { build } = require(program) as { build: (app: App) => Stack };
  // As in an installed package: no stack trace that CDK takes is mapped back to TypeScript.
  process.setSourceMapsEnabled(false);
  const load = cpu();
  const cold = timed(() => synthesize(new App({ autoSynth: false }), build));
  const again = Array.from({ length: WARMING + REPEATS }, () => {
    const outdir = mkdtempSync(join(tmpdir(), 'mlops-bench-again-'));
    const took = timed(() => synthesize(new App({ outdir, autoSynth: false }), build));
    rmSync(outdir, { recursive: true });
    return took;
  });
  const sorted = again.slice(WARMING).sort((a, b) => a - b);
  return { load, cold, again: sorted[Math.floor(REPEATS / 2)]! };
}

function synthesize(app: App, build: (app: App) => Stack): void {
  build(app);
  app.synth();
}

function timed(work: () => void): number {
  const start = cpu();
  work();
  return cpu() - start;
}

function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

if (require.main === module) console.log(JSON.stringify(measure(process.argv[2]!)));
