/** Takes endpoints in a cloud down, and lets them serve again: the loops do it, and people wait for them. */
import { Unavailable } from '../../constructs/spec';
import { pause, type Io } from '../io';
import { minute } from '../status-view';
import type { Down, Up } from '../targets';
import type { Loop, Words } from './system';
import { age, isSilent, silence } from './words';

const POLL = 5_000;
/** An endpoint that is changing is deleted when it has changed, and a run that is stopped ends its jobs first. */
const PATIENCE = 30 * 60_000;

/** Resolves when nothing is left. Throws `Unavailable` where that does not come: the switch is turned nevertheless. */
export async function turnDown(words: Words, loops: readonly Loop[], io: Io): Promise<Down> {
  const before = await Promise.all(loops.map(({ record }) => record.left()));
  for (const { record } of loops) await record.turn('down');
  for (const loop of loops) await waitUntilGone(words, loop, io);
  return {
    stopped: before.flat().length > 0,
    kept: ['data', 'versions', 'artifacts', 'reports', 'labels', 'captures', 'events'],
    hint:
      `kept: data, versions, reports and all else of ${words.holder}. No deployment lets it serve again before ` +
      `mlops up --target ${words.target} does; ${words.destroy.removes}`,
  };
}

async function waitUntilGone(words: Words, { endpoint, record, log }: Loop, io: Io): Promise<void> {
  const begun = Date.now();
  let told = '';
  for (;;) {
    const left = await record.left();
    if (left.length === 0) return;
    const text = `${endpoint}: ${left.join(' and ')} ${left.length === 1 ? 'is' : 'are'} still there`;
    const signs = await record.signs();
    if (isSilent(signs, Date.now()))
      throw new Unavailable(
        `${text}. The loop, which takes them down, ${silence(signs, Date.now())}; why is in its log: ` +
          `${log}. ${words.destroy.without}`,
      );
    if (Date.now() - begun > PATIENCE)
      throw new Unavailable(
        `${text} after ${age(begun, Date.now())}. mlops status --target ${words.target} says what the loop waits for.`,
      );
    if (text !== told) io.error(text);
    told = text;
    await pause(io, POLL);
  }
}

export async function turnUp(loops: readonly Loop[]): Promise<readonly Up[]> {
  const all: Up[] = [];
  for (const loop of loops) {
    const signs = await loop.record.signs();
    const { turned } = signs;
    if (turned?.position === 'down') await loop.record.turn('up');
    const was =
      turned?.position === 'down' ? `is up again, after it was taken down at ${minute(turned.at)} UTC` : 'is up';
    const now = Date.now();
    const looks = isSilent(signs, now)
      ? `the loop ${silence(signs, now)}; why is in its log: ${loop.log}`
      : `the loop looked ${age(signs.looked!, now)} ago`;
    all.push({ endpoint: loop.endpoint, text: `${was}; ${looks}` });
  }
  return all;
}
