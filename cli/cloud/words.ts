/** What is said of a loop in a cloud: since when it has not looked, and what that means for whoever asks something of it. */
import { HEARTBEATS_MS, SILENCE_MS } from '../../runtime/cloud/heartbeat';
import type { Signs } from '../../runtime/cloud/operator-record';
import type { Time } from '../../runtime/loop/platform';
import { minute } from '../status-view';
import type { LoopState } from '../targets';
import type { Loop, Words } from './system';

const MINUTE = 60_000;
const upOf = ({ target }: Words): string => `mlops up --target ${target} lets it serve again`;

/** `2 minutes`; to the minute, as the gauge is. */
export function age(since: Time, now: Time): string {
  const minutes = Math.max(0, Math.floor((now - since) / MINUTE));
  return minutes === 0 ? 'less than a minute' : `${minutes} minute${minutes === 1 ? '' : 's'}`;
}

export const isSilent = ({ looked }: Pick<Signs, 'looked'>, now: Time): boolean =>
  looked === undefined || now - looked > SILENCE_MS;

/** As a part of a sentence: `has not looked for 40 minutes`. */
export const silence = ({ looked }: Pick<Signs, 'looked'>, now: Time): string =>
  `has not looked for ${looked === undefined ? `${HEARTBEATS_MS / (60 * MINUTE)} hours or more` : age(looked, now)}`;

/** What `mlops status` says of it in one line. */
export function lookedText(words: Words, { log }: Pick<Loop, 'log'>, { looked, turned }: Signs, now: Time): string {
  const at = isSilent({ looked }, now) ? `${silence({ looked }, now)}: ${log}` : `looked ${age(looked!, now)} ago`;
  return turned?.position === 'down' ? `${at}; down since ${minute(turned.at)} UTC: ${upOf(words)}` : at;
}

export function loopState(
  words: Words,
  { endpoint, log }: Pick<Loop, 'endpoint' | 'log'>,
  signs: Signs,
  now: Time = Date.now(),
): LoopState {
  const { turned, waits = [] } = signs;
  if (turned?.position === 'down') {
    const why = `${endpoint} was taken down at ${minute(turned.at)} UTC`;
    return {
      looks: false,
      why: `${why}: ${upOf(words)}.`,
      later: `${why}: the loop does it when ${upOf(words).replace('lets', 'has let')}.`,
    };
  }
  if (!isSilent(signs, now)) return { looks: true, name: `The loop of ${endpoint} in ${words.region}`, waits };
  const why = `The loop of ${endpoint} ${silence(signs, now)}. Why is in its log: ${log}`;
  return { looks: false, why: `${why}.`, later: `It is done when the loop looks again. ${why}` };
}
