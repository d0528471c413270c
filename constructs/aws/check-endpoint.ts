/** What must hold between the properties of an `Endpoint`. */
import { show, SpecError, when, type Problem } from '../spec/problem';
import type { EndpointProps } from './endpoint';
import { checkVersion } from './given-version';
import { checkHealthWindow } from './health-alarms';
import { checkLimits } from './kind-limits';
import { NAME_LIMITS } from './names';
import type { Replicas } from './settings';

/** Throws a SpecError with all of it. */
export function checkEndpointProps(props: EndpointProps): void {
  const { name, models = [], version, healthWindow, network, isolation, replicas = { min: 1, max: 1 } } = props;
  const { kind = { kind: 'real-time' }, rollout: { steps = [], bake = '1 hour', rollBackOn = {} } = {} } = props;
  const { errorRate = 0.01, p99 = false } = rollBackOn;
  const rollout = { steps, bake, rollBackOn: { errorRate, p99, quality: false as const } };
  const problems = [
    ...checkEndpointName(name),
    ...checkReplicas(replicas),
    ...(healthWindow === undefined ? [] : checkHealthWindow(healthWindow, 'healthWindow')),
    ...when(models.length === 0 && !version, {
      path: 'models',
      got: 'nothing',
      expected: 'the folders of the bucket that models are read from',
      fix: "write ['artifacts/PIPELINE'], or give a version",
    }),
    ...(version ? checkVersion(version, 'version') : []),
    ...checkLimits(
      {
        kind,
        replicas,
        // Without guardrails the steps are the loop's, and the loop's check has seen them.
        rollout: kind.kind === 'real-time' && kind.guardrails ? rollout : { ...rollout, steps: [] },
        monitors: [],
        network,
        isolation,
        artifact: version?.artifact,
        healthWindow,
      },
      'kind',
    ),
  ];
  if (problems.length > 0) throw new SpecError(name, problems);
}

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html */
function checkEndpointName(name: string): Problem[] {
  return when(!/^[a-zA-Z0-9](?:-*[a-zA-Z0-9])*$/.test(name) || name.length > NAME_LIMITS.endpoint, {
    path: 'name',
    got: show(name),
    expected: `letters, digits and single hyphens between them; at most ${NAME_LIMITS.endpoint}`,
    fix: 'rename it',
  });
}

function checkReplicas({ min, max }: Replicas): Problem[] {
  return when(!(Number.isInteger(min) && Number.isInteger(max) && min >= 0 && max >= 1 && max >= min), {
    path: 'replicas',
    got: show({ min, max }),
    expected: 'whole numbers, max at least 1 and at least min',
    fix: 'write { min: 1, max: 1 }',
  });
}
