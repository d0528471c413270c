/**
 * What Kubeflow's own tools say of the compiler's documents and of those in which faults were planted. Needs Python and,
 * the first time, a network; without them it fails.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { faults, good, planted } from '../pipelines/kfp-faults';
import { kubeflow, runScript } from './kubeflow';

const ROOT = join(__dirname, '../..');
const GOLDENS = join(ROOT, 'test/pipelines/golden');
const folder = mkdtempSync(join(tmpdir(), 'mlops-ir-'));
let python: string;

beforeAll(async () => {
  python = await kubeflow();
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** What each tool says of each file: `taken`, or what is wrong. */
function verdicts(files: readonly string[]): Readonly<Record<string, { proto: string; sdk: string }>> {
  let printed: string;
  try {
    printed = runScript(python, 'scripts/check-ir.py', files);
  } catch (error) {
    printed = (error as Error).message;
  }
  const said: Record<string, { proto: string; sdk: string }> = {};
  for (const [, file = '', tool = '', verdict = ''] of printed.matchAll(/^(.+?): (proto|sdk): (.+)$/gm))
    said[basename(file)] = { ...said[basename(file)]!, [tool]: verdict };
  return said;
}

function written(name: string, document: object): string {
  const file = join(folder, `${name.replaceAll(/[^\w.]+/g, '-')}.json`);
  writeFileSync(file, JSON.stringify(document));
  return file;
}

test('every golden, and every document as it is compiled, is taken', () => {
  const goldens = readdirSync(GOLDENS).filter((name) => name.endsWith('.kfp.json'));
  const files = [
    ...goldens.map((name) => join(GOLDENS, name)),
    ...good.map(([name, document]) => written(name, document)),
  ];
  const said = verdicts(files);
  expect(Object.keys(said)).toHaveLength(files.length);
  expect(Object.values(said).filter(({ proto, sdk }) => proto !== 'taken' || sdk !== 'taken')).toEqual([]);
});

test('what is planted is refused by the tools that are said to find it, and by no other', () => {
  const files = faults.map((fault) => written(fault.what, planted(fault)));
  const said = verdicts(files);
  const found = faults.map((fault, i) => {
    const { proto, sdk } = said[basename(files[i]!)]!;
    return { what: fault.what, proto: proto !== 'taken', sdk: sdk !== 'taken' };
  });
  expect(found).toEqual(faults.map(({ what, proto = false, sdk = proto }) => ({ what, proto, sdk })));
});

test("the samples are what Kubeflow's compiler writes", () => {
  runScript(python, 'test/kfp/samples.py', [folder]);
  const samples = join(__dirname, 'golden');
  for (const name of readdirSync(samples))
    expect(JSON.parse(readFileSync(join(folder, name), 'utf8'))).toEqual(
      JSON.parse(readFileSync(join(samples, name), 'utf8')),
    );
});

test('the descriptor is that of the proto', () => {
  const file = join(folder, 'ir.binpb');
  runScript(python, 'scripts/kfp-descriptor.py', [file]);
  expect(readFileSync(file).equals(readFileSync(join(ROOT, 'test/pipelines/kfp-ir.binpb')))).toBe(true);
});
