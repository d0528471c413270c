/** What jobs and servers of Vertex AI may ask for. For jobs it picks the machine itself, the nearest that has so much. */
import type { KfpMachine } from '../../pipelines/compile/kfp';
import { show, when, type Problem } from '../spec/problem';
import type { Size } from '../spec/units';

/** Of a job. What is left out is what the task asks for itself. */
export interface MachineSize {
  readonly cores?: number;
  readonly memory?: Size;
}

/** https://docs.cloud.google.com/gemini-enterprise-agent-platform/machine-learning/pipelines/machine-types */
const MOST = { cores: 96, memoryGB: 624 } as const;

/** As the machines have it that Vertex AI takes by itself, e2-standard. */
const GIB_A_CORE = 4;

/** Where no memory is asked for, what usually comes with the cores. */
export function machineFor(
  { cores, memory }: { readonly cores: number; readonly memory: Size | false },
  path: string,
): { readonly machine: KfpMachine; readonly problems: readonly Problem[] } {
  const memoryGiB = memory ? gibibytes(memory) : GIB_A_CORE * cores;
  const fits = Number.isInteger(cores) && cores >= 1 && cores <= MOST.cores && memoryGiB * GB_IN_GIB <= MOST.memoryGB;
  return {
    machine: { cores, memoryGiB },
    problems: when(!fits, {
      path,
      got: `${show(cores)} cores${memory ? ` and ${memory}` : ''}`,
      expected: `whole cores, at most ${MOST.cores}, and at most ${Math.floor(MOST.memoryGB / GB_IN_GIB)} GiB`,
      fix: "ask for less, here or in the target's options: pipelines.NAME.machines.TASK",
    }),
  };
}

const GB_IN_GIB = 2 ** 30 / 1e9;

function gibibytes(size: Size): number {
  const [amount, unit] = size.split(' ') as [string, string];
  return unit === 'GiB' ? Number(amount) : Number(amount) / 1024;
}

/** https://docs.cloud.google.com/gemini-enterprise-agent-platform/machine-learning/predictions/configure-compute */
export const checkServingMachine = (machine: string, path: string): Problem[] =>
  when(!/^[a-z]\d[a-z]*-[a-z]+-\d+g?$/.test(machine), {
    path,
    got: show(machine),
    expected: 'a machine type of Compute Engine, such as "e2-standard-2"',
    fix: 'write its series, class and cores, with hyphens between them',
  });
