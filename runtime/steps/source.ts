/** A folder of Parquet, CSV and JSON lines files, read as one growing table: new files are new rows. */
import { readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { literal, literals, type Database, type Relation } from './database';
import { refuse } from './step';

/** Files of one format: what to read from, and each column's DuckDB type by its exact name. */
export interface Part {
  readonly from: Relation;
  readonly types: ReadonlyMap<string, string>;
}

export interface Source {
  readonly parts: readonly Part[];
  /** Relative paths of the files that were read, and of those in no known format. */
  readonly files: readonly string[];
  readonly otherFiles: readonly string[];
}

type Format = 'parquet' | 'csv' | 'jsonLines';
const FORMATS: Readonly<Record<string, Format>> = {
  '.parquet': 'parquet',
  '.csv': 'csv',
  '.jsonl': 'jsonLines',
  '.ndjson': 'jsonLines',
};

/**
 * Looks at the files below `directory`, in the order of their paths; names that begin with a dot or an underscore are no
 * data. Columns are united by name. `path` names the input in messages.
 */
export async function openSource(db: Database, directory: string, path: string): Promise<Source> {
  const all = listFiles(directory);
  const files = all.filter((file) => formatOf(file));
  const parts: Part[] = [];
  for (const format of ['parquet', 'csv', 'jsonLines'] as const) {
    const chosen = files.filter((file) => formatOf(file) === format).map((file) => join(directory, file));
    if (chosen.length > 0) parts.push(await openFiles(db, format, chosen, path));
  }
  return { parts, files, otherFiles: all.filter((file) => !formatOf(file)) };
}

/** One file, in the format that its name ends in. `path` names it in messages. */
export async function openFile(db: Database, file: string, path: string): Promise<Part> {
  const format = formatOf(file);
  if (format) return openFiles(db, format, [file], path);
  const endings = Object.keys(FORMATS).join(', ');
  return refuse(path, `a file that ends in ${extname(file) || 'nothing'}`, `one that ends in ${endings}`, 'convert it');
}

/** Parquet files as one part. */
export const openParquet = (db: Database, files: readonly string[], path: string): Promise<Part> =>
  openFiles(db, 'parquet', files, path);

/** The names of all columns, each once. */
export const columnNames = ({ parts }: Source): string[] => [
  ...new Set(parts.flatMap(({ types }) => [...types.keys()])),
];

const formatOf = (file: string): Format | undefined => FORMATS[extname(file).toLowerCase()];

function listFiles(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(directory, '/').length))
    .filter((file) => !file.split(/[\\/]/).some((name) => /^[._]/.test(name)))
    .sort();
}

async function openFiles(db: Database, format: Format, files: readonly string[], path: string): Promise<Part> {
  const read = async (from: Relation): Promise<Part> => {
    const columns = await db.rows<{ column_name: string; column_type: string }>(`DESCRIBE SELECT * FROM ${from}`);
    return { from, types: new Map(columns.map((column) => [column.column_name, column.column_type])) };
  };
  const list = literals(files);
  return whileReading(path, async () => {
    if (format === 'parquet') return read(`read_parquet(${list}, union_by_name = true)`);
    if (format === 'csv') {
      // DuckDB does not say which of many files it could not make out, so each is looked at alone first.
      for (const file of files) await whileReading(`${path}: ${file}`, () => read(csv([file])));
      return read(csv(files));
    }
    const lines = `read_json(${list}, format = 'newline_delimited'`;
    const { types } = await read(`${lines}, union_by_name = true, sample_size = -1, maximum_depth = 1)`);
    const columns = [...types.keys()].map((name) => `${literal(name)}: 'VARCHAR'`);
    return read(`${lines}, columns = {${columns.join(', ')}})`);
  });
}

/**
 * Nothing is guessed: a row that is longer or shorter than the header is an error, and text stays text until the schema says
 * what it is, since what a value means must not depend on its neighbours.
 */
const csv = (files: readonly string[]): Relation =>
  `read_csv(${literals(files)}, delim = ',', quote = '"', escape = '"', comment = '', skip = 0, header = true,
     strict_mode = true, null_padding = false, all_varchar = true, union_by_name = true)`;

/** What DuckDB says of a file that is damaged or gone, as opposed to a query or a machine that is. */
const DAMAGED = /^(Invalid Input|IO|Conversion) Error/;

/** Does `work`, which reads the user's files; a file that cannot be read is the user's error. */
export async function whileReading<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { message } = error as Error;
    if (!DAMAGED.test(message)) throw error;
    // The first paragraph says what is wrong; the name of the file may stand far below it.
    const reason = message.slice(message.indexOf(':') + 1).split(/\n\n|\nThe search space|\nPossible/)[0]!;
    const file = /^ *file ?= ?(.+)$/m.exec(message)?.[1];
    const where = file ? `${path}: ${file}` : path;
    const expected = 'Parquet, CSV with a header and rows of its length, or JSON lines';
    return refuse(
      where,
      `a file that cannot be read: ${reason.trim().replaceAll('\n', ' ')}`,
      expected,
      'repair or remove it',
    );
  }
}
