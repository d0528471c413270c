/** Bodies that a platform captured as text, in the content types that the server speaks, as the JSON of our own dialect. */
import type { ModelSchema } from '../../constructs/spec/artifact';

/** As SageMaker writes it: `data` is the body as text, or its bytes in base 64. */
export interface Captured {
  readonly observedContentType?: string;
  /** `JSON`, `CSV`, `BASE64` or `NONE`; the first two say how the body is read by others, and it is text in both. */
  readonly encoding?: string;
  readonly data?: unknown;
}

/** `{"instances": […]}` or `{"predictions": […]}`, and how many there are. */
export interface Body {
  readonly json: string;
  readonly rows: number;
}

/** Undefined where it is no request that the server would answer. */
export function requestOf(captured: Captured | undefined, schema: ModelSchema): Body | undefined {
  const { kind, parameters, text } = read(captured);
  if (text === undefined) return undefined;
  if (kind === 'text/csv') return bodyOf('instances', csvRows(text, parameters.includes('header=present'), schema));
  if (kind === 'application/jsonlines') return bodyOf('instances', linesOf(text));
  return bodyIn(text, 'instances');
}

/** Undefined where it has no predictions: the request was refused. */
export function answerOf(captured: Captured | undefined): Body | undefined {
  const { kind, text } = read(captured);
  if (text === undefined) return undefined;
  if (kind === 'text/csv') return bodyIn(`{"predictions":[${linesOf(text).join(',')}]}`, 'predictions');
  if (kind !== 'application/jsonlines') return bodyIn(text, 'predictions');
  const predictions = linesOf(text).map((line) => (parse(line) as { readonly prediction?: unknown })?.prediction);
  return predictions.every((value) => typeof value === 'number') ? bodyOf('predictions', predictions) : undefined;
}

function read({ observedContentType, encoding, data }: Captured = {}) {
  const [kind = '', ...parameters] = (observedContentType ?? '').split(';').map((part) => part.trim().toLowerCase());
  // JSON may stand in the line as JSON, or as text.
  const given = typeof data === 'string' || data === undefined ? data : JSON.stringify(data);
  const text = encoding === 'BASE64' && given !== undefined ? Buffer.from(given, 'base64').toString('utf8') : given;
  return { kind, parameters, text: text?.replace(/^\uFEFF/, '') };
}

const bodyOf = (name: 'instances' | 'predictions', rows: readonly unknown[]): Body => ({
  json: `{"${name}":[${rows.join(',')}]}`,
  rows: rows.length,
});

/** The text as it is, where it is JSON with a list of that name. */
export function bodyIn(json: string, name: 'instances' | 'predictions'): Body | undefined {
  const rows = (parse(json) as Readonly<Record<string, unknown>> | null | undefined)?.[name];
  return Array.isArray(rows) ? { json, rows: rows.length } : undefined;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

const linesOf = (text: string): string[] => text.split(/\r?\n/).filter((line) => line !== '');

/**
 * As the server reads CSV: without a header the cells are the features, in the schema's order; a cell with nothing in it is a
 * missing value; a category is the text of its cell.
 */
function csvRows(text: string, header: boolean, { features }: ModelSchema): string[] {
  const [first, ...others] = cellsOf(text);
  const names = header ? (first ?? []) : Object.keys(features);
  const rows = header ? others : first ? [first, ...others] : [];
  return rows.map((row) => {
    const values = names.map((name, i) => `${JSON.stringify(name)}:${valueOf(row[i] ?? '', features[name]?.kind)}`);
    return `{${values.join(',')}}`;
  });
}

/** Digits are passed on as they are; what else Python reads as a number is written as JSON has it. */
function valueOf(cell: string, kind: 'number' | 'category' | undefined): string {
  if (cell === '') return 'null';
  if (kind !== 'number') return JSON.stringify(cell);
  if (/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(cell)) return cell;
  const number = Number(cell);
  return Number.isFinite(number) ? String(number) : 'null';
}

/** Rows of cells, which may be quoted and then hold commas, line breaks and doubled quotes. */
function cellsOf(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|$)/g)) {
    // The last match is empty, behind the last line break.
    if (quoted === undefined && plain === '' && end === '' && row.length === 0) break;
    row.push(quoted?.replaceAll('""', '"') ?? plain!);
    if (end === ',') continue;
    rows.push(row);
    row = [];
    if (end === '') break;
  }
  return rows;
}
