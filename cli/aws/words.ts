/** What is said of a loop on AWS: since when it has not looked, and what that means for whoever asks something of it. */
import { HEARTBEATS_MS, SILENCE_MS } from '../../constructs/aws/heartbeat.runtime';
import type { Signs } from '../../constructs/aws/record.runtime';
import type { Time } from '../../runtime/loop/platform';
import { minute } from '../status-view';
import type { LoopState } from '../targets';
import type { Loop } from './system';

const MINUTE = 60_000;
const UP = 'mlops up --target aws lets it serve again';

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

/** Where it says why. */
export const logOf = ({ logGroup }: Pick<Loop, 'logGroup'>, region: string): string =>
  `aws logs tail ${logGroup} --since 3h --region ${region}`;

/** What `mlops status` says of it in one line. */
export function lookedText(loop: Pick<Loop, 'logGroup'>, { looked, turned }: Signs, now: Time, region: string): string {
  const at = isSilent({ looked }, now)
    ? `${silence({ looked }, now)}: ${logOf(loop, region)}`
    : `looked ${age(looked!, now)} ago`;
  return turned?.position === 'down' ? `${at}; down since ${minute(turned.at)} UTC: ${UP}` : at;
}

export function loopState(
  loop: Pick<Loop, 'endpoint' | 'logGroup'>,
  signs: Signs,
  region: string,
  now: Time = Date.now(),
): LoopState {
  const { endpoint } = loop;
  const { turned, waits = [] } = signs;
  if (turned?.position === 'down') {
    const why = `${endpoint} was taken down at ${minute(turned.at)} UTC`;
    return {
      looks: false,
      why: `${why}: ${UP}.`,
      later: `${why}: the loop does it when ${UP.replace('lets', 'has let')}.`,
    };
  }
  if (!isSilent(signs, now)) return { looks: true, name: `The loop of ${endpoint} in ${region}`, waits };
  const why = `The loop of ${endpoint} ${silence(signs, now)}. Why is in its log: ${logOf(loop, region)}`;
  return { looks: false, why: `${why}.`, later: `It is done when the loop looks again. ${why}` };
}
