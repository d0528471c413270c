/** CPU of this process and of all that it started; Linux tells it of processes that run. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Process {
  readonly id: number;
  readonly parent: number;
  /** Of CPU, since it began. */
  readonly seconds: number;
  /** With its arguments. */
  readonly command: string;
}

/** What /proc counts in: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const TICKS = 100;

/** This process, and all that descend from it. */
export function family(): readonly Process[] {
  const all = processes();
  return [...all.values()].filter(({ id }) => descends(id, all));
}

/** Seconds by kind; a process that has ended meanwhile is left out. */
export function spent(
  before: readonly Process[],
  after: readonly Process[],
  kindOf: (process: Process) => string,
): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const process of after) {
    const earlier = before.find(({ id }) => id === process.id)?.seconds ?? 0;
    sums[kindOf(process)] = (sums[kindOf(process)] ?? 0) + process.seconds - earlier;
  }
  return sums;
}

function processes(): ReadonlyMap<number, Process> {
  const found = new Map<number, Process>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)))
    try {
      // What stands before is the name of the program, with any characters.
      const fields = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
      const seconds = (Number(fields[11]) + Number(fields[12])) / TICKS;
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
      found.set(Number(name), { id: Number(name), parent: Number(fields[1]), seconds, command });
    } catch {
      // It has ended meanwhile.
    }
  return found;
}

function descends(id: number, all: ReadonlyMap<number, Process>): boolean {
  for (let one = all.get(id); one; one = all.get(one.parent)) if (one.id === process.pid) return true;
  return false;
}
