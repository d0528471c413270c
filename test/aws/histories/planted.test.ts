/**
 * Bugs planted in the adapter, one at a time: the histories must find each of them. The golden says by what, and in which history:
 * that one is lived through first, so that it mostly is the only one.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expectGolden } from '../../golden';
import { cases, type Case } from './cases';
import { History } from './history';
import { ending, type Planted } from './planted';
import { OF_THE_ENDPOINT } from './planted-endpoint';
import { OF_THE_REST } from './planted-parts';
import { ON_THE_WAY } from './planted-requests';
import type { Finding } from './umpire';
import type { World } from './world';

const PLANTED: readonly Planted[] = [...OF_THE_ENDPOINT, ...OF_THE_REST, ...ON_THE_WAY];
const GOLDEN = join(__dirname, 'golden', 'planted.txt');

const histories = fc.sample(cases, { numRuns: 200, seed: 7 });

interface Caught {
  readonly history: number;
  readonly finding: Finding;
}

async function find(planted: Planted): Promise<Caught | undefined> {
  const { kind, lab } = planted;
  const fitting = histories.flatMap((given, i) => (kind === undefined || given.kind === kind ? [i] : []));
  const known = historyOf(planted);
  for (const history of [...(known === undefined ? [] : [known]), ...fitting.filter((i) => i !== known)]) {
    const isOver = (world: World): boolean => breakIn(world, planted) !== undefined;
    const finding = breakIn(await new History(ending(histories[history]!, planted), { ...lab, isOver }).run(), planted);
    if (finding) return { history, finding };
  }
  return undefined;
}

/** That a driver is so wrong that it crashes is no proof. */
const breakIn = ({ umpire }: World, { breaks }: Planted): Finding | undefined =>
  umpire.findings.find(({ guarantee, text }) => breaks.includes(guarantee) && !/^\w+Error: /.test(text));

const described = ({ what }: Planted, { history, finding: { guarantee, text } }: Caught): string =>
  `when ${what}\n  guarantee ${guarantee}, ${(histories[history] as Case).kind} history ${history}: ${text}\n`;

/** The history in which it was caught. */
function historyOf({ what }: Planted): number | undefined {
  const lines = existsSync(GOLDEN) ? readFileSync(GOLDEN, 'utf8').split('\n') : [];
  const found = / history (\d+): /.exec(lines[lines.indexOf(`when ${what}`) + 1] ?? '');
  return found ? Number(found[1]) : undefined;
}

const caught = new Map<Planted, Caught>();

test.each(PLANTED)(
  'the histories notice when $what',
  async (planted) => {
    const found = await find(planted);
    expect({ found: found !== undefined, of: planted.breaks }).toEqual({ found: true, of: planted.breaks });
    caught.set(planted, found!);
  },
  600_000,
);

test('by what is as in the golden', () => {
  expectGolden(
    GOLDEN,
    PLANTED.flatMap((planted) => [caught.get(planted)].flatMap((it) => (it ? [described(planted, it)] : []))).join(''),
  );
});

test('without any of them nothing is found in the same histories', async () => {
  const lived = new Map([...caught].map(([planted, it]) => [`${it.history} ${JSON.stringify(planted.ends)}`, planted]));
  for (const [key, planted] of lived) {
    const { umpire } = await new History(ending(histories[caught.get(planted)!.history]!, planted)).run();
    expect({ key, findings: umpire.findings }).toEqual({ key, findings: [] });
  }
}, 600_000);
