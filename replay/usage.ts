/** What a replay costs: time on the wall, and of the processors. */
import { readFileSync } from 'node:fs';
import type { Seconds } from './recording';

/** Starts to count; the function that comes back tells how much it was. Children count once they have ended. */
export function startUsage(): () => Seconds {
  const [wall, cpu] = [performance.now(), cpuSeconds()];
  return () => {
    const now = cpuSeconds();
    return { wall: (performance.now() - wall) / 1000, cpu: cpu === null || now === null ? null : now - cpu };
  };
}

/** Clock ticks a second in /proc, on every Linux that runs Node. */
const TICKS = 100;

/** Of this process and the children that have ended; only Linux tells the latter. */
function cpuSeconds(): number | null {
  if (process.platform !== 'linux') return null;
  const { user, system } = process.cpuUsage();
  const stat = readFileSync('/proc/self/stat', 'utf8');
  // The name of the program, in parentheses, may hold spaces: the fields are counted from behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (user + system) / 1e6 + (Number(fields[13]) + Number(fields[14])) / TICKS;
}
