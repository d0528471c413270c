/** Looks at the data of a spec before anything is trained on it: by the same checks as `prepare`, on the same rows. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { modelSchema } from '../../pipelines/schema';
import type { DataReport } from '../../runtime/steps/data-report';
import { Database } from '../../runtime/steps/database';
import { prepare } from '../../runtime/steps/prepare';
import { StepError } from '../../runtime/steps/step';
import type { ResolvedMlops, ResolvedTraining } from '../spec/mlops';
import { SpecError, type Problem } from '../spec/problem';
import { milliseconds } from '../spec/units';
import { Dataset } from './data';

export interface DataOutlook {
  readonly pipeline: string;
  /** In plain words: what it would be trained on now, or what it waits for. */
  readonly text: string;
}

/** Throws a `SpecError` with all that is wrong with the rows of all pipelines. Too few rows are no problem: more will come. */
export async function checkData(spec: ResolvedMlops, root: string): Promise<readonly DataOutlook[]> {
  const outlooks: DataOutlook[] = [];
  const problems: Problem[] = [];
  for (const [pipeline, training] of Object.entries(spec.pipelines)) {
    if (training.kind !== 'training') continue;
    const found = await lookAt(spec, training, root);
    if (found.text !== undefined) outlooks.push({ pipeline, text: found.text });
    problems.push(...found.problems.map((problem) => ({ ...problem, path: pathOf(problem.path, pipeline, training) })));
  }
  if (problems.length > 0) throw new SpecError(spec.name, problems);
  return outlooks;
}

interface Found {
  readonly text?: string;
  readonly problems: readonly Problem[];
}

async function lookAt(spec: ResolvedMlops, training: ResolvedTraining, root: string): Promise<Found> {
  const dataset = spec.datasets[training.dataset]!;
  const scratch = await mkdtemp(join(tmpdir(), 'mlops-check-'));
  try {
    return await Database.use(async (db) => {
      const rows = new Dataset({ dataset, path: resolve(root, dataset.source), db, scratch, log: () => undefined });
      const [inputs, outputs] = [
        { data: join(scratch, 'data') },
        { rows: join(scratch, 'rows'), report: join(scratch, 'report') },
      ];
      await rows.snapshot(inputs.data);
      for (const folder of Object.values(outputs)) await mkdir(folder);
      const parameters = {
        schema: modelSchema(dataset),
        history: milliseconds(training.history) / 1000,
        test: milliseconds(training.test) / 1000,
      };
      const problems = await problemsOf(() => prepare({ inputs, outputs, parameters }, () => undefined));
      const report = await reportIn(outputs.report);
      const isEmpty = report ? report.rowsRead === 0 : rows.isEmpty;
      const enough = (await rows.look(milliseconds(training.history))) !== false;
      if (enough) return { text: printRows(report), problems };
      const wrong = isEmpty ? [] : problems.filter(({ path }) => path !== 'history' && path !== 'test');
      return {
        text: `waits for data: ${isEmpty ? 'there are no rows yet' : `its rows do not span ${training.history} yet`}`,
        problems: wrong,
      };
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function problemsOf(work: () => Promise<void>): Promise<readonly Problem[]> {
  try {
    await work();
    return [];
  } catch (error) {
    if (error instanceof StepError) return error.problems;
    throw error;
  }
}

async function reportIn(folder: string): Promise<DataReport | undefined> {
  const file = join(folder, 'data-report.json');
  return existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as DataReport) : undefined;
}

function printRows(report: DataReport | undefined): string {
  const { train, test } = report ?? {};
  if (!train || !test) return 'its rows cannot be trained on';
  const [from, to] = [train.from.slice(0, 10), test.to.slice(0, 10)];
  return `${train.rows} rows to train on and ${test.rows} to test on, from ${from} to ${to}`;
}

/** A problem of the rows, as a place in the spec. */
function pathOf(path: string, pipeline: string, { dataset }: ResolvedTraining): string {
  if (path === 'history' || path === 'test') return `pipelines.${pipeline}.${path}`;
  return `datasets.${dataset}.${path.replace(/^in\.data/, 'source')}`;
}
