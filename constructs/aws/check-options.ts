/** What must hold between a spec and the options of AWS. */
import type { ResolvedMlops } from '../spec/mlops';
import { dangling, show, SpecError, when, type Problem } from '../spec/problem';
import { checkKind } from './endpoint-kind';
import type { AwsOptions } from './options';

/** Throws a SpecError with all of it. */
export function checkOptions(spec: ResolvedMlops, options: AwsOptions): void {
  const { datasets = {}, pipelines = {}, endpoints = {}, batch = {}, environment, network } = options;
  const problems = [
    ...when(environment !== undefined && !/^[a-z0-9][a-z0-9-]{0,14}$/.test(environment), {
      path: 'options.environment',
      got: show(environment),
      expected: 'lower-case letters, digits and hyphens; at most 15',
      fix: 'shorten it: it becomes part of every name',
    }),
    ...keys('datasets', datasets, spec.datasets, 'dataset'),
    ...keys('pipelines', pipelines, spec.pipelines, 'pipeline'),
    ...keys('endpoints', endpoints, spec.endpoints, 'endpoint'),
    ...Object.entries(batch).flatMap(([name, { pipeline }]) =>
      dangling(`options.batch.${name}.pipeline`, pipeline, spec.pipelines, 'pipeline'),
    ),
    ...Object.entries(spec.endpoints).flatMap(([name, endpoint]) => {
      const { kind = { kind: 'real-time' as const } } = endpoints[name] ?? {};
      return checkKind(kind, endpoint, network, `options.endpoints.${name}.kind`);
    }),
    ...Object.keys(spec.endpoints).flatMap((name) => checkWebhook(spec, options, name)),
    ...checkRetrainOn(spec, options),
    ...checkNames(spec),
  ];
  if (problems.length > 0) throw new SpecError(spec.name, problems);
}

const keys = (kind: string, given: object, known: object, noun: string): Problem[] =>
  Object.keys(given).flatMap((name) => dangling(`options.${kind}.${name}`, name, known, noun));

function checkWebhook(spec: ResolvedMlops, { endpoints = {} }: AwsOptions, name: string): Problem[] {
  const { notify } = spec.endpoints[name]!;
  const secret = endpoints[name]?.webhook;
  const needed = notify !== false && typeof notify.webhook !== 'string';
  return when(needed !== (secret !== undefined), {
    path: `options.endpoints.${name}.webhook`,
    got: secret ? 'a secret' : 'nothing',
    expected: needed
      ? `a secret that holds the address: the spec's notify.webhook names the variable ${show(notify.webhook)}`
      : "no secret: the spec's notify names no variable",
    fix: needed ? "hand it in: secretsmanager.Secret.fromSecretNameV2(this, 'Webhook', 'NAME')" : 'remove it',
  });
}

function checkRetrainOn(spec: ResolvedMlops, { endpoints = {} }: AwsOptions): Problem[] {
  return Object.entries(endpoints).flatMap(([name, { retrainOn = {} }]) => {
    const endpoint = spec.endpoints[name];
    const path = `options.endpoints.${name}.retrainOn`;
    return [
      ...when(Object.keys(retrainOn).length > 0 && endpoint?.retrain === false, {
        path,
        got: 'alarms',
        expected: 'an endpoint that retrains',
        fix: `add retrain: { on: [] } to endpoints.${name} of the spec: its cooldown and cap hold for these alarms too`,
      }),
      ...Object.keys(retrainOn).flatMap((alarm) =>
        when(endpoint !== undefined && Object.hasOwn(endpoint.monitors, alarm), {
          path: `${path}.${alarm}`,
          got: 'the name of a monitor',
          expected: 'a name of its own',
          fix: 'rename it: a monitor has its alarm already',
        }),
      ),
    ];
  });
}

/** `a` with a monitor `b-c`, and `a-b` with a monitor `c`, would be one pipeline. */
function checkNames(spec: ResolvedMlops): Problem[] {
  const named = [
    ...Object.keys(spec.pipelines).map((name) => [name, `pipelines.${name}`] as const),
    ...Object.entries(spec.endpoints).flatMap(([name, { monitors, rollout }]) => [
      ...Object.keys(monitors).map(
        (monitor) => [`${name}-${monitor}`, `endpoints.${name}.monitors.${monitor}`] as const,
      ),
      ...(rollout.rollBackOn.quality
        ? [[`${name}-trial`, `endpoints.${name}.rollout.rollBackOn.quality`] as const]
        : []),
    ]),
  ];
  return named.flatMap(([name, path], i) => {
    const first = named.slice(0, i).find(([other]) => other === name);
    return when(first !== undefined, {
      path,
      got: `a pipeline named ${show(name)}, as ${first?.[1] ?? ''} has it`,
      expected: 'names that stay apart when they are put together',
      fix: 'rename one of them',
    });
  });
}
