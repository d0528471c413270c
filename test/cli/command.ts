/** One command in this process, in a folder of its own, as a user sees it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { main } from '../../cli/main';

export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Files by path. */
export type Files = Readonly<Record<string, string>>;

export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'mlops-cli-'));
  /** What happens while a command waits, in the place of time. */
  pause: (() => Promise<void>) | undefined;

  write(files: Files): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.path, path)), { recursive: true });
      writeFileSync(join(this.path, path), text);
    }
  }

  /** What is printed, with the folder's own name taken out. */
  async mlops(...argv: readonly string[]): Promise<Answer> {
    const out: string[] = [];
    const err: string[] = [];
    const io = {
      print: (text: string) => void out.push(text),
      error: (text: string) => void err.push(text),
      rewrite: () => undefined,
      cwd: this.path,
      interactive: false,
      signal: new AbortController().signal,
      ...(this.pause && { pause: this.pause }),
    };
    const code = await main(argv, io);
    const plain = (lines: string[]) => lines.join('\n').replaceAll(this.path, '.');
    return { code, out: plain(out), err: plain(err) };
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** `rows` hourly rows of the minimal spec, from 2026-01-01; `cell` may change any of them. */
export function rowsOf(
  rows: number,
  cell: (column: string, value: string, row: number) => string = (_, value) => value,
): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const when = new Date(Date.UTC(2026, 0, 1, row)).toISOString();
    const values = {
      when,
      order: String(row),
      x: String(row % 7),
      colour: row % 2 ? 'red' : 'blue',
      y: String(row % 5),
    };
    return Object.entries(values)
      .map(([column, value]) => cell(column, value, row))
      .join(',');
  });
  return ['when,order,x,colour,y', ...lines, ''].join('\n');
}
