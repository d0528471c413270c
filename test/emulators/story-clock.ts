/** The functions' clock: weeks pass in a story of minutes, with the example's spec as it is. The emulators keep the real time. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export class StoryClock {
  private readonly folder = mkdtempSync(join(tmpdir(), 'mlops-story-'));
  private readonly file = join(this.folder, 'ahead');
  private ahead = 0;

  /** Begins with a window of so many milliseconds; windows are aligned to the epoch. */
  constructor(window: number) {
    const now = Date.now();
    this.advance(Math.ceil(now / window) * window - now);
  }

  /** Makes a function keep this clock, from the beginning of its process. */
  get variables(): Readonly<Record<string, string>> {
    return { NODE_OPTIONS: `--require ${JSON.stringify(join(__dirname, 'shifted-clock.js'))}`, STORY_CLOCK: this.file };
  }

  now(): number {
    return Date.now() + this.ahead;
  }

  /** Whoever reads meanwhile reads either the old time or the new one. */
  advance(milliseconds: number): void {
    this.ahead += milliseconds;
    writeFileSync(`${this.file}.next`, String(this.ahead));
    renameSync(`${this.file}.next`, this.file);
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
