/** The entry program of all steps: `node main.js STEP --in.<name> DIR … --out.<name> DIR … --param.<name> VALUE …`. */
import { closest } from 'fastest-levenshtein';
import * as components from '../../pipelines/components';
import { parseArguments } from './arguments';
import { drift } from './drift';
import { prepare } from './prepare';
import { quality } from './quality';
import { candidateNames, select } from './select';
import { refuse, StepError, type Log, type Step } from './step';
import { trial } from './trial';
import { trialRows } from './trial-rows';

export const EXIT = { done: 0, failed: 1, userError: 64 } as const;

const STEPS: Readonly<Record<string, Step>> = {
  prepare: { component: () => components.prepare, run: prepare },
  select: { component: (flags) => components.select(candidateNames(flags)), run: select },
  drift: { component: () => components.drift, run: drift },
  quality: { component: () => components.quality, run: quality },
  trial_rows: { component: () => components.trialRows, run: trialRows },
  trial: { component: () => components.trial, run: trial },
};

/**
 * Runs one step in this process and returns its exit code: 0 done, 64 the user's error, 1 a fault. Never throws, keeps no
 * state, and tells `log` what went wrong. Several may run at once.
 */
export async function runStep(argv: readonly string[], log: Log = console.log): Promise<number> {
  const [name = '', ...flags] = argv;
  try {
    const step = findStep(name);
    await step.run(parseArguments(flags, step.component(flags)), log);
    return EXIT.done;
  } catch (error) {
    if (error instanceof StepError) {
      log(error.print(name));
      return EXIT.userError;
    }
    log(`${name}: ${(error as Error).stack ?? String(error)}`);
    return EXIT.failed;
  }
}

function findStep(name: string): Step {
  const names = Object.keys(STEPS);
  const step = Object.hasOwn(STEPS, name) ? STEPS[name] : undefined;
  const fix = name ? `did you mean ${closest(name, names)}?` : 'name the step first';
  return step ?? refuse('step', JSON.stringify(name), `one of ${names.join(', ')}`, fix);
}

if (require.main === module)
  void runStep(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
