import fc from 'fast-check';
import { resolve, SpecError, type MlopsSpec } from '../..';
import { full } from '../cases/full';

/** The same documents at each run; others with MLOPS_SEED. */
const SEED = Number(process.env['MLOPS_SEED'] ?? 20261126);

/** Resolves, or says what is wrong; anything else is a fault of ours. */
function answers(document: unknown): void {
  try {
    resolve(document as MlopsSpec);
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
  }
}

/** Every place in a document: the way to it. */
function places(node: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof node !== 'object' || node === null) return [path];
  return [path, ...Object.entries(node).flatMap(([key, value]) => places(value, [...path, key]))];
}

function replaced(document: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const node = document as Record<string, unknown>;
  const copy: Record<string, unknown> | unknown[] = Array.isArray(node) ? [...(node as unknown[])] : { ...node };
  (copy as Record<string, unknown>)[key] = replaced(node[key], rest, value);
  return copy;
}

test('any document is resolved or refused with problems', () => {
  fc.assert(fc.property(fc.jsonValue(), answers), { numRuns: 500, seed: SEED });
});

test.each<[object]>([[{ toString: 0 }], [{ valueOf: null, toString: [] }]])('%j is no kind and no metric', (value) => {
  for (const path of [
    ['pipelines', 'training', 'choose', 'metric'],
    ['pipelines', 'training', 'kind'],
    ['endpoints', 'online', 'monitors', 'errors', 'kind'],
  ])
    answers(replaced(full, path, value));
});

test('a whole spec with any one value changed is resolved or refused with problems', () => {
  const everywhere = fc.constantFrom(...places(full));
  const values = fc.oneof(fc.jsonValue(), fc.constantFrom('1 day', 'x', '', 0, -1, false, null, {}, []), fc.string());
  fc.assert(
    fc.property(everywhere, values, (path, value) => answers(replaced(full, path, value))),
    { numRuns: 3000, seed: SEED },
  );
});
