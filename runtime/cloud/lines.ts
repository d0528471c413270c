/** CSV and JSON lines: small files are read, of large ones the two ends, since tables that grow have their times in order. */
import { extentOf, isLabel, momentOf, type Bytes, type FileExtent, type TimeAndLabel } from './extent';

/** Up to here nothing is guessed. */
const SMALL = 1024 * 1024;
const END = 128 * 1024;

type Row = readonly [time: unknown, label: unknown];
/** Makes rows of whole lines; undefined for what is no row. */
type Reader = (lines: readonly string[]) => (Row | undefined)[];

export async function linesExtent(
  kind: 'csv' | 'jsonLines',
  size: number,
  bytes: Bytes,
  columns: TimeAndLabel,
): Promise<FileExtent> {
  if (size === 0) return 'nothing';
  const head = (await bytes(0, Math.min(size, size <= SMALL ? SMALL : END))).toString('utf8').replace(/^\uFEFF/, '');
  const read = kind === 'csv' ? csvReader(head, columns) : jsonReader(columns);
  if (!read) return 'nothing';
  const rows = read(wholeLines(head, size <= SMALL ? 'all' : 'first'));
  const moments = momentsOf(rows);
  if (size <= SMALL) return extentOf(moments, moments.length);
  const tail = wholeLines((await bytes(size - END, size)).toString('utf8'), 'last');
  const more = momentsOf(read(tail));
  // As many rows a byte as in the two ends, and as many of them with a label.
  const found = moments.length + more.length;
  return extentOf([...moments, ...more], Math.round((found * size) / (2 * END)));
}

const momentsOf = (rows: readonly (Row | undefined)[]): number[] =>
  rows.flatMap((row) => {
    const moment = row && typeof row[0] === 'string' && isLabel(row[1]) ? momentOf(row[0]) : undefined;
    return moment ?? [];
  });

/** A piece of a file begins and ends within a line. */
function wholeLines(text: string, piece: 'all' | 'first' | 'last'): string[] {
  const lines = text.split(/\r?\n/);
  if (piece === 'last') lines.shift();
  if (piece === 'first') lines.pop();
  return lines.filter((line) => line !== '');
}

const jsonReader =
  ({ time, label }: TimeAndLabel): Reader =>
  (lines) =>
    lines.map((line) => {
      try {
        const row = JSON.parse(line) as Readonly<Record<string, unknown>>;
        return [row[time], row[label]];
      } catch {
        return undefined;
      }
    });

/** Undefined where the header lacks a column. */
function csvReader(head: string, { time, label }: TimeAndLabel): Reader | undefined {
  const header = cells(head.split(/\r?\n/, 1)[0]!);
  const [at, of] = [header.indexOf(time), header.indexOf(label)];
  if (at < 0 || of < 0) return undefined;
  return (lines) =>
    lines.map((line) => {
      const row = cells(line);
      // Half a row: a cell with a line break in it.
      return row.length === header.length ? [row[at], row[of]] : undefined;
    });
}

/** `a,"b, ""c""",` into `a`, `b, "c"` and nothing. */
function cells(line: string): string[] {
  const found: string[] = [];
  for (let from = 0; from <= line.length;) {
    const quoted = /^"((?:[^"]|"")*)"(?=,|$)/.exec(line.slice(from));
    const end = quoted ? from + quoted[0].length : line.indexOf(',', from);
    const to = end < 0 ? line.length : end;
    found.push(quoted ? quoted[1]!.replaceAll('""', '"') : line.slice(from, to));
    from = to + 1;
  }
  return found;
}
