/** Profiles: what is counted where, and that they add up. */
import fc from 'fast-check';
import type { NumberProfile, Profile } from '../../constructs/spec/artifact';
import { addProfiles, binsOf, Database, profile, referenceEdges, type Bins } from '../../runtime/steps';

type Row = { readonly x: number | null; readonly c: string | null };

const sql = (rows: readonly Row[]): string => {
  const value = ({ x, c }: Row) =>
    `(${x === null ? 'NULL' : `'${x}'`}, ${c === null ? 'NULL' : `'${c.replaceAll("'", "''")}'`})`;
  const values = rows.length > 0 ? `VALUES ${rows.map(value).join(', ')}` : `SELECT NULL, NULL WHERE false`;
  return `(SELECT CAST(x AS DOUBLE) AS x, CAST(c AS VARCHAR) AS c FROM (${values}) AS r(x, c))`;
};

const kinds = { x: 'number', c: 'category' } as const;
const numbers = (values: readonly (number | null)[]) => sql(values.map((x) => ({ x, c: null })));
const edgesOf = (values: readonly (number | null)[]) =>
  Database.use(async (db) => (await referenceEdges(db, numbers(values), { x: 'number' })).x as readonly number[]);

test('two profiles with the same edges add up to the profile of all rows', async () => {
  const value = fc.oneof(fc.double({ min: -1e6, max: 1e6 }), fc.constantFrom(null, NaN, Infinity, 0, 7, 1e12));
  const row = fc.record({ x: value, c: fc.constantFrom(null, 'a', 'b', '', 'constructor', '10', '9', 'ä "quoted"') });
  const rows = fc.array(row, { maxLength: 40 });
  await Database.use(async (db) => {
    const bins = await referenceEdges(db, numbers(Array.from({ length: 100 }, (_, i) => i * i - 2000)), {
      x: 'number',
    });
    const of = (set: readonly Row[]) => profile(db, sql(set), { ...bins, c: 'category' });
    await fc.assert(
      fc.asyncProperty(rows, rows, async (a, b) => {
        const [sum, whole] = [addProfiles(await of(a), await of(b)), await of([...a, ...b])];
        expect(counts(sum)).toEqual(counts(whole));
        expect(sum.columns.c).toEqual(whole.columns.c);
        const [x, y] = [sum.columns.x as NumberProfile, whole.columns.x as NumberProfile];
        expect(Math.abs(x.sumOfSquares - y.sumOfSquares)).toBeLessThanOrEqual(1e-8 * y.sumOfSquares);
        expect(Math.abs(x.sum - y.sum)).toBeLessThanOrEqual(1e-8 * Math.sqrt(y.sumOfSquares * whole.rows));
      }),
      { seed: 1, numRuns: 60 },
    );
  });
});

const counts = ({ rows, columns }: Profile) => [rows, columns.x?.counts, columns.x?.missing];

test('missing, NaN and infinite numbers are missing', async () => {
  const found = await Database.use(async (db) =>
    profile(db, numbers([1, 2, null, NaN, Infinity, -Infinity]), { x: [1, 2] }),
  );
  expect(found).toEqual({
    rows: 6,
    columns: { x: { kind: 'number', edges: [1, 2], counts: [1, 1, 0], missing: 4, sum: 3, sumOfSquares: 5 } },
  });
});

test('a category that the reference did not have appears by its own name', async () => {
  const found = await Database.use((db) =>
    profile(
      db,
      sql([
        { x: 0, c: 'b' },
        { x: 0, c: 'new' },
        { x: 0, c: null },
      ]),
      { c: 'category' },
    ),
  );
  expect(found.columns.c).toEqual({ kind: 'category', counts: { b: 1, new: 1 }, missing: 1 });
});

test('no rows make an empty profile with the same bins', async () => {
  const bins: Bins = { x: [0, 1], c: 'category' };
  const found = await Database.use((db) => profile(db, sql([]), bins));
  expect(counts(found)).toEqual([0, [0, 0, 0], 0]);
  expect(binsOf(found)).toEqual(bins);
});

test('many different numbers get twenty bins of equal share, and one beyond each end', async () => {
  const values = Array.from({ length: 1000 }, (_, i) => Math.sqrt(i));
  const found = await Database.use(async (db) =>
    profile(db, numbers(values), await referenceEdges(db, numbers(values), { x: 'number' })),
  );
  const shares = (found.columns.x as NumberProfile).counts;
  expect(shares).toHaveLength(22);
  expect([shares[0], shares[21]]).toEqual([0, 0]);
  for (const share of shares.slice(1, -1)) expect(Math.abs(share - 50)).toBeLessThanOrEqual(1);
});

test('a number with few values gets a bin a value, and a constant one of its own', async () => {
  expect((await edgesOf([3, 1, 2, 1])).slice(1)).toEqual([1, 2, 3]);
  expect(await edgesOf([5, 5, null])).toEqual([4.999999999999999, 5]);
  expect(await edgesOf([0, 0])).toEqual([-5e-324, 0]);
  expect(await edgesOf([-1])).toEqual([-1.0000000000000002, -1]);
  expect(await edgesOf([null, NaN])).toEqual([]);
});

test('a number that was always missing in the reference is counted all the same', async () => {
  const found = await Database.use((db) => profile(db, numbers([1, null]), { x: [] }));
  expect(found.columns.x).toEqual({ kind: 'number', edges: [], counts: [1], missing: 1, sum: 1, sumOfSquares: 1 });
});

test('edges with many digits count the values that they were made from', async () => {
  const values = Array.from({ length: 15 }, (_, i) => (i + 1) / 7 + 1e-9);
  const found = await Database.use(async (db) =>
    profile(db, numbers(values), await referenceEdges(db, numbers(values), { x: 'number' })),
  );
  expect((found.columns.x as NumberProfile).counts).toEqual([0, ...Array<number>(15).fill(1), 0]);
});

test('the same rows in any order, on many threads, make the same profile', async () => {
  await Database.use(async (db) => {
    await db.run(
      `CREATE TABLE big AS SELECT sin(i) * exp(i % 40) AS x, 'c' || (i % 50) AS c FROM range(400000) AS r(i)`,
    );
    await db.run('CREATE TABLE shuffled AS SELECT * FROM big ORDER BY hash(x)');
    const bins = await referenceEdges(db, 'big', kinds);
    expect(await referenceEdges(db, 'shuffled', kinds)).toEqual(bins);
    expect(JSON.stringify(await profile(db, 'shuffled', bins))).toBe(JSON.stringify(await profile(db, 'big', bins)));
  });
});

test('refuses to add profiles with different bins or columns', async () => {
  await Database.use(async (db) => {
    const a = await profile(db, numbers([1]), { x: [0, 1] });
    expect(() => addProfiles(a, { ...a, columns: {} })).toThrow('profiles of different columns');
    expect(() => addProfiles(a, { rows: 1, columns: { y: a.columns.x! } })).toThrow('different bins of x');
    const other = { rows: 1, columns: { x: { ...(a.columns.x as NumberProfile), edges: [0, 2] } } };
    expect(() => addProfiles(a, other)).toThrow('different bins of x');
  });
});
