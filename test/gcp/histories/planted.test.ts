/**
 * The umpire is worth what it finds: drivers that are wrong on purpose, each found in a history by the guarantee that it breaks. The
 * table says in which one; MLOPS_UPDATE_GOLDENS=1 looks for them anew. Those that keep the system from coming to rest take long to
 * see: they are looked at with MLOPS_PLANTED=all.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { busyCases, cases, type Case } from './cases';
import { History } from './history';
import type { Planted } from './planted';
import { IN_PARTS } from './planted-parts';
import { IN_REQUESTS } from './planted-requests';
import type { Finding } from './umpire';

const TABLE = join(__dirname, '../golden/planted.txt');
/** Last those that keep the system from coming to rest. */
const isSlow = ({ breaks }: Planted): boolean => breaks.every((guarantee) => guarantee === 7);
const ALL = [...IN_PARTS, ...IN_REQUESTS].sort((a, b) => Number(isSlow(a)) - Number(isSlow(b)));
const isUpdate = process.env['MLOPS_UPDATE_GOLDENS'] === '1';
const isAll = isUpdate || process.env['MLOPS_PLANTED'] === 'all';

const HISTORIES: readonly Case[] = [
  ...fc.sample(busyCases, { numRuns: 6, seed: 7 }),
  ...fc.sample(cases, { numRuns: 12, seed: 7 }),
  ...fc.sample(busyCases, { numRuns: 12, seed: 8 }),
];

async function found({ lab, breaks }: Planted, given: Case): Promise<Finding | undefined> {
  const of = ({ findings }: { readonly findings: readonly Finding[] }): Finding | undefined =>
    findings.find(({ guarantee }) => breaks.includes(guarantee));
  const { umpire } = await new History(given, {
    ...{ ...lab, mostLooks: 40 },
    isOver: (world) => of(world.umpire) !== undefined,
  }).run();
  return of(umpire);
}

/** `[4] in history 3: what is wrong` */
const lineOf = ({ what }: Planted, { guarantee }: Finding, history: number): string =>
  `[${guarantee}] in history ${history}: ${what}`;

/** The first history that shows it. */
async function searched(planted: Planted): Promise<string> {
  for (const [i, given] of HISTORIES.entries()) {
    if (planted.where && !planted.where(given)) continue;
    const finding = await found(planted, given);
    if (finding) return lineOf(planted, finding, i);
  }
  return `found by nobody: ${planted.what}`;
}

const rowOf = ({ what }: Planted): string | undefined =>
  readFileSync(TABLE, 'utf8')
    .split('\n')
    .find((line) => line.endsWith(`: ${what}`));

if (isUpdate)
  test('the table is written', async () => {
    const lines: string[] = [];
    for (const planted of ALL) {
      lines.push(await searched(planted));
      writeFileSync(TABLE, `${lines.join('\n')}\n`);
    }
  }, 3_600_000);
else
  describe('is found', () => {
    test.each(ALL.filter((planted) => isAll || !rowOf(planted)?.startsWith('[7]')))(
      'when $what',
      async (planted) => {
        const line = rowOf(planted);
        const history = Number(/^\[\d\] in history (\d+): /.exec(line ?? '')?.[1]);
        const finding = await found(planted, HISTORIES[history]!);
        expect(finding && lineOf(planted, finding, history)).toBe(line);
      },
      600_000,
    );
  });

test('each of them is in the table, with a guarantee that it was to break', () => {
  expect(ALL.length).toBeGreaterThanOrEqual(20);
  for (const planted of ALL) {
    const { what, breaks } = planted;
    expect([what, breaks]).toEqual([what, expect.arrayContaining([Number(rowOf(planted)?.[1])])]);
  }
});
