/** Processes by number, and how to tell one from a later one with the same number. */
import { readFileSync } from 'node:fs';
import { errorCode } from './disk';

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/** When a process began, in the kernel's ticks; empty where the system does not say, or the process has ended. */
export function bornAt(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie has ended, and only its parent does not know yet.
    return 'ZX'.includes(state) ? '' : (fields[18] ?? '');
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ESRCH') return '';
    throw error;
  }
}
