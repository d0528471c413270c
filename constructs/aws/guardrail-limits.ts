/** What SageMaker's own rollout, the deployment guardrails, cannot do. */
import { show } from '../spec/problem';
import { milliseconds } from '../spec/units';
import type { RealTimeKind } from './endpoint-kind';
import type { Limit } from './kind-limits';
import { HEALTH_WINDOW } from './health-alarms';

const GUIDE = 'https://docs.aws.amazon.com/sagemaker/latest/dg';
const API = 'https://docs.aws.amazon.com/sagemaker/latest/APIReference';
const CANARY = `${GUIDE}/deployment-guardrails-blue-green-canary.html`;
const MOST_ALARMS = 10;

/** Of those that ask for guardrails. */
const guarded = (page: string, broken: Limit<RealTimeKind>['broken']): Limit<RealTimeKind> => ({
  page,
  broken: (asked) => Boolean(asked.kind.guardrails) && broken(asked),
});

export const guardrailLimits: readonly Limit<RealTimeKind>[] = [
  guarded(
    CANARY,
    ({ rollout: { steps } }) =>
      steps.length > 1 && {
        at: 'guardrails',
        got: `rollout.steps ${show(steps)}`,
        expected: 'at most one step: the canary, and then all',
        fix: 'keep the first step only, or set guardrails to false: the loop goes through all of them',
      },
  ),
  guarded(
    CANARY,
    ({ rollout: { steps } }) =>
      (steps[0] ?? 0) > 50 && {
        at: 'guardrails',
        got: `rollout.steps ${show(steps)}`,
        expected: 'a canary of at most 50 percent',
        fix: 'lower the step in the spec',
      },
  ),
  guarded(
    CANARY,
    ({ rollout: { steps }, replicas }) =>
      steps.length > 0 &&
      replicas.min < 2 && {
        at: 'guardrails',
        got: `replicas.min ${replicas.min} for a canary`,
        expected: 'at least 2: a canary is a part of the machines',
        fix: 'set replicas.min to 2 in the spec, or rollout.steps to []',
      },
  ),
  guarded(`${API}/API_TrafficRoutingConfig.html`, ({ rollout: { bake } }) => {
    const wait = milliseconds(bake);
    return (
      (wait > 3_600_000 || wait % 1000 !== 0) && {
        at: 'guardrails',
        got: `rollout.bake ${show(bake)}`,
        expected: 'whole seconds, at most 1 hour',
        fix: 'shorten the bake in the spec, or set guardrails to false: the loop waits as long as it is told',
      }
    );
  }),
  guarded(
    `${GUIDE}/deployment-guardrails-configuration.html`,
    ({ rollout: { bake }, healthWindow = HEALTH_WINDOW }) =>
      milliseconds(bake) < milliseconds(healthWindow) && {
        at: 'guardrails',
        got: `rollout.bake ${show(bake)}`,
        expected: `at least ${healthWindow}, which is what the alarms look at`,
        fix: 'lengthen the bake in the spec: one that is over before an alarm can ring guards nothing',
      },
  ),
  guarded(
    `${GUIDE}/deployment-guardrails-configuration.html`,
    ({ rollout: { rollBackOn } }) =>
      rollBackOn.quality !== false && {
        at: 'guardrails',
        got: 'rollout.rollBackOn.quality',
        expected: 'false: SageMaker judges by alarms within the bake, before labels are there',
        fix: 'remove it from the spec, or set guardrails to false: the loop waits for labels',
      },
  ),
  guarded(`${API}/API_AutoRollbackConfig.html`, ({ kind: { guardrails }, rollout: { rollBackOn } }) => {
    const own = guardrails ? (guardrails.alarms ?? []).length : 0;
    const count = own + [rollBackOn.errorRate, rollBackOn.p99].filter((rule) => rule !== false).length;
    return (
      (count < 1 || count > MOST_ALARMS) && {
        at: 'guardrails.alarms',
        got: `${count} alarms, those on errors and latency among them`,
        expected: `1 to ${MOST_ALARMS}`,
        fix: count < 1 ? 'set rollout.rollBackOn.errorRate in the spec, or name an alarm here' : 'name fewer alarms',
      }
    );
  }),
  guarded(
    `${GUIDE}/deployment-guardrails-exclusions.html`,
    ({ kind: { machine = '' } }) =>
      machine.startsWith('ml.inf1.') && {
        at: 'machine',
        got: show(machine),
        expected: 'another family than inf1, which changes all at once and without a bake',
        fix: 'use ml.inf2, or set guardrails to false',
      },
  ),
];
