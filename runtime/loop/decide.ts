/**
 * The decision: an ordered list of small rules over one look at the world. Pure.
 */
import { trainingsOf, type Look, type Rule } from './look';
import { EMPTY, remember } from './memory';
import type { LoopSpec } from './loop-spec';
import type { Action, Decision, Memory, Observed, Time } from './platform';
import { startMonitors, startTrials, tellDegraded } from './rules/monitors';
import { changeEndpoint } from './rules/rollout';
import { answerRequests, startTraining } from './rules/training';
import {
  giveUpPlacing,
  noticeRolledBack,
  obey,
  register,
  rejectViolating,
  repeatRejections,
  settle,
} from './rules/versions';

const RULES: readonly Rule[] = [
  register,
  obey,
  repeatRejections,
  rejectViolating,
  noticeRolledBack,
  giveUpPlacing,
  settle,
  changeEndpoint,
  answerRequests,
  startTraining,
  tellDegraded,
  startMonitors,
  startTrials,
];

/**
 * What to do now. The same arguments give the same decision; none of them is changed.
 *
 * `now` is the loop's own clock. Without `memory` the loop starts anew, which makes it slower, never wrong.
 */
export function decide(spec: LoopSpec, now: Time, observed: Observed, memory: Memory = EMPTY): Decision {
  const remembered = remember(memory, spec, now, observed);
  if (spec.generation < remembered.generation)
    return {
      actions: [],
      memory,
      waits: [`generation ${remembered.generation} is deployed: this loop, of ${spec.generation}, stands back`],
    };
  const trainings = trainingsOf(observed.runs);
  const look: Look = { ...observed, spec, now, trainings, memory: remembered, rejected: new Set(), waits: [] };
  const actions = (spec.teardown ? [takeDown] : RULES).flatMap((rule) => rule(look));
  const turn = actions.length ? look.memory.turn + 1 : look.memory.turn;
  return { actions, memory: { ...look.memory, turn }, waits: [...new Set(look.waits)] };
}

/** Cancels what runs and removes the endpoint; versions, data and reports stay. */
const takeDown: Rule = ({ runs, endpoint, waits }) => {
  if (endpoint.busy) waits.push('the endpoint is changing');
  const running = runs.filter((r) => r.state === 'running');
  const cancel = running.map((r): Action => ({ do: 'cancel', id: r.id, why: 'the endpoint is taken down' }));
  return endpoint.exists && !endpoint.busy ? [...cancel, { do: 'remove', why: 'the endpoint is taken down' }] : cancel;
};
