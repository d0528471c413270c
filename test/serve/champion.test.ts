/** `champion`; the digest that names code; and the command line that all programs have. */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { codeDigest } from '../../constructs/spec/code-digest';
import { directoryOf, INSTALL_MS, program, python, sql, temporary } from './harness';
import { candidate, manifestOf, RATIO, rowsDirectory, sha256 } from './training';

beforeAll(async () => void (await python()), INSTALL_MS);

describe('champion', () => {
  const champion = async (model: string, rows: string) => {
    const predictions = temporary();
    const ended = await program('champion', { 'in.rows': rows, 'in.champion': model, 'out.predictions': predictions });
    return { ...ended, predictions };
  };

  test('predicts the test rows with the code of its own, whatever other columns they have', async () => {
    const { model } = await candidate({ 'model.py': RATIO });
    const { code, predictions } = await champion(model, await rowsDirectory());
    expect(code).toBe(0);
    const found = await sql(`FROM '${predictions}/predictions.parquet'`);
    expect(found.map(({ row }) => row)).toEqual(['0', '1', '2', '3', '4']);
    expect(Number(found[0]?.prediction)).toBeCloseTo((11 * 305) / 120, 12);
  });

  test('predicts no rows', async () => {
    const { model } = await candidate({ 'model.py': RATIO });
    const { code, predictions } = await champion(model, await rowsDirectory(0));
    expect(code).toBe(0);
    expect(await sql(`FROM '${predictions}/predictions.parquet'`)).toEqual([]);
  });

  test('says that there is none', async () => {
    const { code, predictions } = await champion(directoryOf({ 'none.json': {} }), await rowsDirectory());
    expect(code).toBe(0);
    expect(readdirSync(predictions)).toEqual(['none.json']);
  });
});

test('the digest of code is what sha256sum says, by Python and by TypeScript alike', async () => {
  const files = {
    'model.py': RATIO,
    'b/a.txt': 'a',
    'b.txt': 'b',
    'B.txt': '',
    'é.txt': '',
    '\u{1F6B2}.txt': '',
    '\uFB01.txt': '',
  };
  const { code, model } = await candidate(files);
  const line = (path: string) => `${sha256(join(code, path))}  ${path}\n`;
  const sorted = ['B.txt', 'b.txt', 'b/a.txt', 'model.py', 'é.txt', '\uFB01.txt', '\u{1F6B2}.txt'];
  const expected = createHash('sha256').update(sorted.map(line).join('')).digest('hex');
  expect(codeDigest(code)).toBe(expected);
  expect(manifestOf(model).code).toBe(expected);
});

test('refuses flags that are unknown, missing, doubled or without a value, and a program that is not there', async () => {
  const line = async (name: string, flags: Record<string, string | object>) =>
    (await program(name, flags)).stderr.trim();
  expect(await line('champion', { 'in.row': 'a' })).toBe(
    'mlops-model champion: got the flag --in.row, expected only --in.rows, --in.champion, --out.predictions',
  );
  expect(await line('champion', { 'in.rows': 'a' })).toBe(
    'mlops-model champion: missing --in.champion, --out.predictions',
  );
  expect(await line('train', {})).toBe(
    'mlops-model train: got train as the program, expected one of candidate, complete, champion, batch, refit, serve',
  );
  const flags = { 'in.data': 'a', 'in.model': 'a', 'out.predictions': 'a' };
  expect(await line('batch', { ...flags, 'param.schema': '[]' })).toBe(
    'mlops-model batch: --param.schema: got [], expected a JSON object',
  );
});
