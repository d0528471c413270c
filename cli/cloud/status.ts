/** What `mlops status` shows of a system in a cloud: what one look sees, and what the loop itself said last. */
import { statusOf, type EndpointStatus } from '../status-view';
import type { Status } from '../targets';
import type { Loop, Words } from './system';
import { lookedText } from './words';

export async function statusInCloud(words: Words, loops: readonly Loop[]): Promise<Status> {
  return {
    heading: [words.heading],
    facts: words.facts,
    endpoints: await Promise.all(loops.map((loop) => statusOfLoop(words, loop))),
  };
}

async function statusOfLoop(words: Words, loop: Loop): Promise<EndpointStatus> {
  const { endpoint, record } = loop;
  const [{ at, observed, decision }, signs] = await Promise.all([record.look(), record.signs()]);
  const { waits = decision.waits } = signs;
  return {
    ...statusOf(endpoint, at, observed, { ...decision, waits }),
    loop: lookedText(words, loop, signs, at),
  };
}
