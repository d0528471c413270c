import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { directoryOf, program, SCHEMA, sql, temporary } from './harness';
import { manifestOf, RATIO, rowsDirectory, sha256 } from './training';

async function complete(files: Readonly<Record<string, string>>, code: Readonly<Record<string, string>> = {}) {
  const [model, predictions] = [temporary(), temporary()];
  const ended = await program('complete', {
    'in.files': directoryOf(files),
    'in.rows': await rowsDirectory(),
    'in.code': directoryOf({ 'model.py': RATIO, ...code }),
    'out.model': model,
    'out.predictions': predictions,
    'param.schema': SCHEMA,
    'param.parameters': { depth: 3 },
    'param.pipeline': 'own',
  });
  return { ...ended, model, predictions: join(predictions, 'predictions.parquet') };
}

it('makes a model artifact of what a trainer wrote, and predicts the test rows with it', async () => {
  const { code, model, predictions } = await complete({ 'ratio.json': '4', 'notes/why.txt': 'four' });
  expect(code).toBe(0);
  expect(readdirSync(model).sort()).toEqual(['code', 'model.json', 'notes', 'ratio.json']);
  const manifest = manifestOf(model);
  expect(manifest).toMatchObject({ pipeline: 'own', candidate: 'own', parameters: { depth: 3 }, metrics: {} });
  expect(manifest.data).toEqual({ from: '2026-01-01T00:00:00Z', to: '2026-01-01T09:00:00Z', rows: 10 });
  expect(manifest.files['notes/why.txt']).toBe(sha256(join(model, 'notes/why.txt')));
  const rows = await sql(`SELECT CAST("row" AS INTEGER) AS "row", prediction FROM '${predictions}'`);
  expect(rows).toEqual([11, 12, 13, 14, 15].map((x, row) => ({ row, prediction: 4 * x })));
});

it('refuses files that its code cannot load', async () => {
  const { code, stderr } = await complete({ 'other.json': '4' });
  expect(code).toBe(64);
  expect(stderr).toMatch(/^mlops-model complete: model.py:6 in load: FileNotFoundError: .*ratio.json'$/m);
});
