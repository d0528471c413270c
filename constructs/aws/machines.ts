/** SageMaker's machines: the few that a spec's cores and memory lead to, and what their disks can do. */
import { show, when, type Problem } from '../spec/problem';
import type { Size } from '../spec/units';

interface Machine {
  readonly name: string;
  readonly cores: number;
  readonly memoryGiB: number;
}

/**
 * Of those that train and serve in every region, by price, cheapest first. Any other is named in the options.
 * https://aws.amazon.com/sagemaker/ai/pricing/
 */
const MACHINES: readonly Machine[] = [
  { name: 'ml.m5.large', cores: 2, memoryGiB: 8 },
  { name: 'ml.c5.xlarge', cores: 4, memoryGiB: 8 },
  { name: 'ml.m5.xlarge', cores: 4, memoryGiB: 16 },
  { name: 'ml.c5.2xlarge', cores: 8, memoryGiB: 16 },
  { name: 'ml.m5.2xlarge', cores: 8, memoryGiB: 32 },
  { name: 'ml.c5.4xlarge', cores: 16, memoryGiB: 32 },
  { name: 'ml.m5.4xlarge', cores: 16, memoryGiB: 64 },
  { name: 'ml.c5.9xlarge', cores: 36, memoryGiB: 72 },
  { name: 'ml.m5.12xlarge', cores: 48, memoryGiB: 192 },
  { name: 'ml.m5.24xlarge', cores: 96, memoryGiB: 384 },
];

export const SMALLEST = MACHINES[0]!.name;

/** The cheapest that has so much; a Problem where none has. */
export function machineFor(
  cores: number,
  memory: Size | false,
  path: string,
): { readonly machine: string; readonly problems: readonly Problem[] } {
  const gib = memory ? gibibytes(memory) : 0;
  const found = MACHINES.find((machine) => machine.cores >= cores && machine.memoryGiB >= gib);
  const largest = MACHINES.at(-1)!;
  return {
    machine: found?.name ?? largest.name,
    problems: when(!found, {
      path,
      got: `${cores} cores${memory ? ` and ${memory}` : ''}`,
      expected: `at most ${largest.cores} cores and ${largest.memoryGiB} GiB`,
      fix: "ask for less, or name a machine in the target's options: pipelines.NAME.machines.TASK",
    }),
  };
}

export function gibibytes(size: Size): number {
  const [amount, unit] = size.split(' ') as [string, string];
  return unit === 'GiB' ? Number(amount) : Number(amount) / 1024;
}

/**
 * Machines with a local NVMe disk encrypt it themselves, and refuse a key for it.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html
 */
export const takesVolumeKey = (machine: string): boolean =>
  !/^ml\.(?:g\d|p4|p5|p6|trn|inf2|[cmr]\d+[agi]*d)/.test(machine);

export function checkMachine(machine: string, path: string): Problem[] {
  return when(!/^ml\.[a-z0-9-]+\.[a-z0-9]+$/.test(machine), {
    path,
    got: show(machine),
    expected: 'an instance type of SageMaker, such as "ml.m5.large"',
    fix: 'write it with its prefix "ml."',
  });
}
