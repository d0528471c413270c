/**
 * Whether a release under trial is healthy, breaks a rollback rule, or cannot be told yet.
 */
import { holders, isLive } from './deployments';
import { ATTEMPTS, isSound, refuge, since, type Look } from './look';
import type { Deployment, Health } from './platform';
import { trialOf } from './trial';
import { count, date, percent } from './words';

export interface Judgement {
  readonly verdict: 'healthy' | 'violated' | 'undecided';
  /** Why it was rejected, or what is waited for. */
  readonly why: string;
}
const violated = (why: string): Judgement => ({ verdict: 'violated', why });
const undecided = (why: string): Judgement => ({ verdict: 'undecided', why });

/** Fewer requests say nothing about the slowest hundredth. */
const LEAST_FOR_P99 = 20;

export interface Violation {
  readonly rule: 'errorRate' | 'p99';
  readonly text: string;
}

/** The health rules that a deployment breaks in the present step, judged on enough requests. */
export function violations(look: Look, d: Deployment): readonly Violation[] {
  const { leastRequests, rollBackOn } = look.spec.rollout;
  const h = healthOf(look, d);
  const found: Violation[] = [];
  if (h === 'unknown') return found;
  const of = count(h.requests, 'request');
  if (rollBackOn.errorRate !== false && h.requests >= leastRequests && h.errorRate > rollBackOn.errorRate)
    found.push({
      rule: 'errorRate',
      text: `${percent(h.errorRate)} of ${of} failed, at most ${percent(rollBackOn.errorRate)} allowed`,
    });
  if (rollBackOn.p99 !== false && h.requests >= Math.max(leastRequests, LEAST_FOR_P99) && h.p99 > rollBackOn.p99)
    found.push({ rule: 'p99', text: `p99 of ${of} is ${Math.ceil(h.p99)} ms, at most ${rollBackOn.p99} ms allowed` });
  return found;
}

/** Judges the present step of a release under trial. Rollback rules bind at once, all else waits for the bake. */
export function judge(look: Look, d: Deployment): Judgement {
  // What may not serve itself, or is under trial itself, is no measure for others.
  const other = holders(look).find((x) => x.id !== d.id && isSound(look, x) && isLive(look, x));
  const suffered = other ? violations(look, other).map((v) => v.rule) : [];
  const broken = violations(look, d);
  const own = broken.filter((v) => !suffered.includes(v.rule));
  if (own.length) return violated(own.map((v) => v.text).join('; '));

  const trial = trialOf(look, d);
  if (trial?.verdict === 'violated')
    return violated(`its ${trial.monitor} is violated in trial against ${trial.champion}`);

  const { bake, patience } = look.spec.rollout;
  const at = `${d.version} at ${d.share} %`;
  if (look.now < since(look) + bake)
    return undecided(`${d.version} bakes at ${d.share} % until ${date(since(look) + bake)}`);
  if (broken.length)
    return undecided(`${at} is held: ${broken.map((v) => v.text).join('; ')}, but ${other?.version} suffers the same`);

  const seen = judgeTraffic(look, d, at);
  if (seen.verdict !== 'healthy' || !trial) return seen;
  if (trial.verdict === 'pending' || (trial.verdict === 'unclear' && look.now < trial.final + patience))
    return undecided(`${at} waits for its trial on ${trial.monitor}, which is ${trial.verdict}`);
  return trial.verdict === 'fine' ? seen : whenIdle(look, `${at} is held: its trial on ${trial.monitor} is unclear`);
}

/** After the bake: were there enough requests to call it healthy? */
function judgeTraffic(look: Look, d: Deployment, at: string): Judgement {
  const { bake, patience, leastRequests, rollBackOn } = look.spec.rollout;
  const h = healthOf(look, d);
  if (h === 'unknown') return judgeBlind(look, d, at);
  if (h.requests >= leastRequests) return { verdict: 'healthy', why: '' };
  const few = `${count(h.requests, 'request')}, ${leastRequests} needed to judge`;
  const until = since(look) + bake + patience;
  if (look.now < until) return undecided(`${at} waits for requests until ${date(until)}: ${few}`);
  // Too few to reject it, but nothing that one would go on with.
  if (rollBackOn.errorRate !== false && h.errorRate > rollBackOn.errorRate)
    return undecided(`${at} is held: ${percent(h.errorRate)} of only ${few} failed`);
  return whenIdle(look, `${at} is held: ${few}`);
}

function whenIdle(look: Look, held: string): Judgement {
  return look.spec.rollout.whenIdle === 'advance' ? { verdict: 'healthy', why: '' } : undecided(held);
}

/** Unknown health rejects only when it stays so: through looks and time, and while the other deployment's is known. */
function judgeBlind(look: Look, d: Deployment, at: string): Judgement {
  const { blind } = look.memory;
  const { patience } = look.spec.rollout;
  if (blind?.id === d.id && blind.looks >= ATTEMPTS && look.now - blind.since >= patience && refuge(look, d))
    return violated(`its health is unknown since ${date(blind.since)}`);
  return undecided(
    `${at} waits for its health, which is unknown${blind?.id === d.id ? ` since ${date(blind.since)}` : ''}`,
  );
}

function healthOf(look: Look, d: Deployment): Health {
  return look.health[d.id] ?? 'unknown';
}
