/** mlops init: a new project that runs at once, from a table of the user's own or from made-up data. */
import { existsSync, readdirSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, extname, join, resolve as absolute } from 'node:path';
import { resolve, SpecError, UserError } from '../../constructs/spec';
import { Database, identifier, literal } from '../../runtime/steps/database';
import { openFile } from '../../runtime/steps/source';
import { StepError } from '../../runtime/steps/step';
import type { Io } from '../io';
import { TARGETS } from '../targets';
import { choose, RESERVED, type Choice, type Wanted } from './choose';
import { printChoice, readme } from './print';
import { sampleOrders } from './sample';
import { SCHEMA_FILE, specOf, yamlOf } from './spec';
import { Table } from './table';
import { windowsFor } from './windows';

export interface InitOptions {
  readonly csv?: string;
  readonly time?: string;
  /** Columns with commas between them. */
  readonly key?: string;
  readonly label?: string;
  readonly json?: boolean;
}

const TEMPLATE = join(__dirname, '../template');
const SCHEMA = join(__dirname, '../../constructs/spec/spec.schema.json');

export async function init(name: string, options: InitOptions, io: Io): Promise<void> {
  const folder = absolute(io.cwd, name);
  if (!/^[a-z][a-z0-9-]{0,29}$/.test(name))
    throw new UserError(
      `got the name ${JSON.stringify(name)}, expected lower-case letters, digits and hyphens, beginning with a letter; at most 30.`,
    );
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new UserError(`${folder} is there already and not empty. Choose another name, or remove it.`);
  // Nothing of a project that cannot be made is left behind: it is made elsewhere first.
  const scratch = await mkdtemp(join(tmpdir(), 'mlops-init-'));
  try {
    const made = await make(name, options, io, join(scratch, name));
    await cp(join(scratch, name), folder, { recursive: true });
    io.print(
      options.json ? JSON.stringify({ folder, ...made.choice, renamed: made.renamed }) : printChoice(folder, made),
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

export interface Made {
  readonly name: string;
  readonly choice: Choice;
  /** Columns that captures use the names of: old name to new name. */
  readonly renamed: Readonly<Record<string, string>>;
}

async function make(name: string, options: InitOptions, io: Io, folder: string): Promise<Made> {
  const { key, time, label } = options;
  for (const part of ['data', 'model']) await mkdir(join(folder, part), { recursive: true });
  try {
    return await Database.use(async (db) => {
      const { file, renamed } = await takeData(db, options.csv && absolute(io.cwd, options.csv), join(folder, 'data'));
      const table = await Table.open(db, file);
      const now = (column: string) => renamed[column] ?? column;
      const wanted: Wanted = {
        ...(time !== undefined && { time: now(time) }),
        ...(label !== undefined && { label: now(label) }),
        ...(key !== undefined && { key: key.split(',').map((column) => now(column.trim())) }),
      };
      const choice = await choose(table, wanted);
      const { from, to } = await table.span(choice.time.value);
      const spec = specOf(name, choice, windowsFor(to - from, table.rows));
      resolve(spec, { target: TARGETS['local']! });
      await writeFile(join(folder, 'mlops.yaml'), yamlOf(spec, choice.task));
      await copyFile(SCHEMA, join(folder, SCHEMA_FILE));
      await writeModel(join(folder, 'model'), choice);
      await writeFile(join(folder, '.gitignore'), '.mlops/\n__pycache__/\n');
      await writeFile(join(folder, 'README.md'), readme(spec, choice, await instanceOf(table, choice)));
      return { name, choice, renamed };
    });
  } catch (error) {
    if (error instanceof StepError) throw new SpecError('init', error.problems);
    throw error;
  }
}

/** Copies the table; a column with a name that captures use is given another. */
async function takeData(
  db: Database,
  csv: string | undefined,
  folder: string,
): Promise<{ readonly file: string; readonly renamed: Record<string, string> }> {
  if (csv === undefined) {
    const file = join(folder, 'orders.csv');
    await writeFile(file, sampleOrders());
    return { file, renamed: {} };
  }
  if (!existsSync(csv)) throw new UserError(`There is no file ${csv}. Correct the path after --csv.`);
  const part = await openFile(db, csv, csv);
  refuseOtherSeparator(csv, [...part.types.keys()]);
  const renamed = Object.fromEntries(
    [...part.types.keys()].filter((column) => RESERVED.includes(column)).map((column) => [column, `row_${column}`]),
  );
  // What begins with a dot or an underscore is no data.
  const file = join(folder, basename(csv).replace(/^[._]+/, ''));
  if (Object.keys(renamed).length === 0) {
    await copyFile(csv, file);
    return { file, renamed };
  }
  const columns = [...part.types.keys()].map(
    (column) => `${identifier(column)} AS ${identifier(renamed[column] ?? column)}`,
  );
  const formats: Readonly<Record<string, string>> = { '.csv': 'csv, HEADER', '.parquet': 'parquet' };
  const format = formats[extname(csv).toLowerCase()] ?? 'json';
  await db.run(`COPY (SELECT ${columns.join(', ')} FROM ${part.from}) TO ${literal(file)} (FORMAT ${format})`);
  return { file, renamed };
}

function refuseOtherSeparator(file: string, columns: readonly string[]): void {
  const [only] = columns;
  const separator = columns.length === 1 && only !== undefined && /[;\t|]/.exec(only)?.[0];
  if (!separator) return;
  throw new UserError(
    `${file}: got columns separated by ${JSON.stringify(separator)}, expected commas. Save it with commas (and points in numbers), then try again.`,
  );
}

async function writeModel(folder: string, { label, task }: Choice): Promise<void> {
  const from = join(TEMPLATE, 'model');
  const code = await readFile(join(from, 'model.py'), 'utf8');
  const own = code
    .replace(/^LABEL = .*$/m, () => `LABEL = ${JSON.stringify(label.value)}`)
    .replace(/^CLASSIFY = .*$/m, `CLASSIFY = ${task === 'classification' ? 'True' : 'False'}`);
  await writeFile(join(folder, 'model.py'), own);
  await copyFile(join(from, 'requirements.txt'), join(folder, 'requirements.txt'));
}

/** The newest row as a request holds it. */
function instanceOf(table: Table, { time, key, features }: Choice): Promise<Record<string, unknown>> {
  const kinds = Object.entries(features).map(
    ([name, feature]) => [name, typeof feature === 'string' ? feature : feature.kind] as const,
  );
  const keys = key.value.map((name) => [name, 'key'] as const);
  return table.newest(time.value, Object.fromEntries([...keys, ...kinds]));
}
