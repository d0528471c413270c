/** Progress: one line that is rewritten on a terminal, a line a step in a pipe. */
import type { Io } from './io';

const BAR = 24;

export interface Progress {
  /** `share` from 0 to 1; `step` is what a pipe prints once. */
  show(step: string, share: number, detail: string): void;
  /** Takes the line away; what is printed next begins on a clean one. */
  clear(): void;
}

export function progress(io: Io): Progress {
  return io.interactive ? bar(io) : lines(io);
}

function bar(io: Io): Progress {
  let shown = '';
  return {
    show(step, share, detail) {
      const full = Math.round(share * BAR);
      const line = `${'█'.repeat(full)}${'░'.repeat(BAR - full)} ${String(Math.floor(share * 100)).padStart(3)} %  ${step}  ${detail}`;
      if (line === shown) return;
      shown = line;
      io.rewrite(line);
    },
    clear: () => io.rewrite(''),
  };
}

function lines(io: Io): Progress {
  const told = new Set<string>();
  return {
    show(step) {
      if (!told.has(step)) io.print(step);
      told.add(step);
    },
    clear: () => undefined,
  };
}
