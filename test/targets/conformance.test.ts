/**
 * What every target promises of every spec.
 *
 * Pulumi's outputs answer every property with another output: whoever walks through all that is left of them never comes to an end.
 * @jest-environment-options {"globalsCleanup": "off"}
 */
import { resolve, SpecError, type Feature, type MlopsSpec } from '../..';
import { featuresOf } from '../../constructs/spec';
import { ASKING } from './asking';
import { caseFolder } from './files';
import { BY_HAND } from './by-hand';
import { around, editsOf, fieldsOf, reversed, type Path, type Value } from './sensitivity';
import { CASES, TARGETS, whole, type Target } from './targets';

// A target may take most of a second for each of some hundred systems.
jest.setTimeout(600_000);

const root = caseFolder();
const cases = Object.entries(CASES) as [keyof typeof CASES, MlopsSpec][];

describe.each(Object.entries(TARGETS))('%s', (name, target) => {
  describe.each(cases)('%s', (kase, neutral) => {
    const spec = target.adapt(neutral);

    test('has outputs with the names of the spec, and no others', async () => {
      const { pipelines, endpoints } = await target.outputs(spec, root);
      expect([...pipelines].sort()).toEqual(Object.keys(spec.pipelines!).sort());
      expect([...endpoints].sort()).toEqual(Object.keys(spec.endpoints!).sort());
    });

    test('makes these, and nothing else', async () => {
      const made: Record<string, number> = {};
      for (const type of await target.made(spec, root)) made[type] = (made[type] ?? 0) + 1;
      expect(made).toEqual(
        Object.fromEntries(Object.entries(target.types[kase]).map(([type, [count]]) => [type, count])),
      );
    });

    test('is the same when it is made again, elsewhere, and from a spec in another order', async () => {
      const first = JSON.stringify(await target.resources(spec, root));
      const before = process.cwd();
      process.chdir(root);
      const again = await target.resources(spec, root);
      process.chdir(before);
      expect(JSON.stringify(again)).toBe(first);
      expect(JSON.stringify(await target.resources(reversed(spec), root))).toBe(first);
    });

    test('opens nothing to anybody', async () => {
      expect(await target.open(spec, root)).toEqual([]);
    });
  });

  test('keeps what cannot be made again, unless the spec says otherwise', async () => {
    const spec = target.adapt(whole);
    expect(await target.kept({ ...spec, onDestroy: 'retain' }, root)).not.toEqual([]);
    expect(await target.kept({ ...spec, onDestroy: 'delete' }, root)).toEqual([]);
  });

  test('makes all that a transform is asked about as the transform returns it', async () => {
    const { names, use } = target.hatches;
    for (const hatch of names) {
      const { called, made } = await use(hatch, around(target.adapt(whole), ['endpoints', 'second']), root);
      expect({ hatch, called, made }).toEqual({ hatch, called: made, made: expect.any(Number) as number });
      expect(made).toBeGreaterThan(0);
    }
  });

  test('a change of any field changes what is made', async () => {
    const spec = target.adapt(whole);
    const unseen: string[] = [];
    for (const path of fieldsOf(spec as unknown as Value))
      if (!(await isSeen(target, spec, path))) unseen.push(path.join('.'));
    expect(unseen.sort()).toEqual(Object.keys(target.unseen).sort());
  });

  test.each(refusals(name, target))('refuses %s, with a way out', async (_, asked, ...told) => {
    const error = await target.resources(asked, root).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SpecError);
    for (const part of told) expect((error as SpecError).message).toContain(part);
  });
});

test.each(Object.entries(ASKING))('a case asks for %s', (feature, spec) => {
  expect(featuresOf(resolve(spec)).map((asked) => asked.feature)).toContain(feature);
});

/** What support.ts rules out, which the target's name is told of; and what only this target refuses. */
function refusals(name: string, { support, adapt, refuses }: Target): [what: string, MlopsSpec, ...told: string[]][] {
  const features = Object.entries(support).flatMap(([feature, answer]): ReturnType<typeof refusals> =>
    typeof answer === 'object' && 'unsupported' in answer
      ? [[feature, adapt(ASKING[feature as Feature]), `${feature}, which ${name} cannot do`, answer.unsupported]]
      : [],
  );
  return [
    ...features,
    ...Object.entries(refuses).map(([what, { asked, wayOut }]): ReturnType<typeof refusals>[0] => [
      what,
      asked,
      wayOut,
    ]),
  ];
}

const EDITS_TRIED = 3;

/** Whether one of the first valid edits of a field changes something, or is refused. */
async function isSeen(target: Target, spec: MlopsSpec, path: Path): Promise<boolean> {
  const byHand = BY_HAND[path.join('.')];
  const edits = (byHand ? [byHand(spec)] : [...editsOf(spec, path)]).filter(isValid);
  if (edits.length === 0) throw new Error(`No edit of ${path.join('.')} is valid: write one in by-hand.ts`);
  const before = await made(target, around(spec, path));
  for (const edit of edits.slice(0, EDITS_TRIED)) if ((await made(target, around(edit, path))) !== before) return true;
  return false;
}

function isValid(spec: MlopsSpec): boolean {
  try {
    resolve(spec, { root });
    return true;
  } catch (error) {
    if (error instanceof SpecError) return false;
    throw error;
  }
}

const known = new Map<string, string>();

/** A refusal is an answer too. */
async function made(target: Target, spec: MlopsSpec): Promise<string> {
  const key = JSON.stringify([Object.values(TARGETS).indexOf(target), spec]);
  const answer = known.get(key) ?? (await target.resources(spec, root).then(JSON.stringify, refusal));
  known.set(key, answer);
  return answer;
}

function refusal(error: unknown): string {
  if (error instanceof SpecError) return error.message;
  throw error;
}
