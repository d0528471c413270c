/** What must hold between a spec and the options of Google Cloud. */
import type { ResolvedMlops } from '../spec/mlops';
import { checkName, dangling, show, SpecError, when, type Problem } from '../spec/problem';
import { checkReference } from './artifact-registry';
import { checkExisting, checkLabels, checkPlace, pattern } from './check-place';
import { checkServingMachine } from './machines';
import type { GcpOptions } from './options';

/** Throws a SpecError with all of it. */
export function checkOptions(spec: ResolvedMlops, options: GcpOptions): void {
  const { datasets = {}, pipelines = {}, endpoints = {}, batch = {} } = options;
  const problems = [
    ...checkPlace(options),
    ...checkExisting(options),
    ...checkLabels(options),
    ...keys('datasets', datasets, spec.datasets, 'dataset'),
    ...keys('pipelines', pipelines, spec.pipelines, 'pipeline'),
    ...keys('endpoints', endpoints, spec.endpoints, 'endpoint'),
    ...Object.entries(batch).flatMap(([name, { pipeline }]) => [
      ...checkName(name, `options.batch.${name}`),
      ...dangling(`options.batch.${name}.pipeline`, pipeline, spec.pipelines, 'pipeline'),
    ]),
    ...checkImages(options),
    ...Object.entries(endpoints).flatMap(([name, { machine }]) =>
      machine === undefined ? [] : checkServingMachine(machine, `options.endpoints.${name}.machine`),
    ),
    ...Object.keys(spec.endpoints).flatMap((name) => checkWebhook(spec, options, name)),
    ...checkRetrainOn(spec, options),
    ...checkEnds(spec, options),
    ...checkNames(spec, options),
  ];
  if (problems.length > 0) throw new SpecError(spec.name, problems);
}

const keys = (kind: string, given: object, known: object, noun: string): Problem[] =>
  Object.keys(given).flatMap((name) => dangling(`options.${kind}.${name}`, name, known, noun));

function checkImages({ image, host, pipelines = {} }: GcpOptions): Problem[] {
  const sources = [
    ...(image ? [{ source: image, path: 'options.image' }] : []),
    ...Object.entries(pipelines).flatMap(([name, own]) =>
      own.image ? [{ source: own.image, path: `options.pipelines.${name}.image` }] : [],
    ),
  ];
  return [
    ...sources.flatMap(({ source, path }) => [
      ...kindOf(source.kind, ['cloud-build', 'digest', 'docker'], `${path}.kind`),
      ...(source.kind === 'digest' ? checkReference(source.reference, `${path}.reference`) : []),
    ]),
    ...(host ? kindOf(host.kind, ['image', 'zip'], 'options.host.kind') : []),
    ...(host?.kind === 'image' ? checkReference(host.reference, 'options.host.reference') : []),
  ];
}

/** Programs in JavaScript are checked by nobody else, and kinds of other targets are called otherwise. */
const kindOf = <Kind extends string>(kind: Kind, known: readonly Kind[], path: string): Problem[] =>
  when(!known.includes(kind), {
    path,
    got: show(kind),
    expected: `one of ${known.map(show).join(', ')}`,
    fix: 'name one of these',
  });

function checkWebhook(spec: ResolvedMlops, { endpoints = {} }: GcpOptions, name: string): Problem[] {
  const { notify } = spec.endpoints[name]!;
  const secret = endpoints[name]?.webhook;
  const needed = notify !== false && typeof notify.webhook !== 'string';
  const option = `endpoints.${name}.webhook`;
  return [
    ...when(needed !== (secret !== undefined), {
      path: `options.${option}`,
      got: show(secret),
      expected: needed
        ? `a secret that holds the address: the spec's notify.webhook names the variable ${show(notify.webhook)}`
        : "no secret: the spec's notify names no variable",
      fix: needed ? 'hand its version in: projects/PROJECT/secrets/NAME/versions/latest' : 'remove it',
    }),
    ...pattern(
      needed ? secret : undefined,
      /^projects\/[^/]+\/secrets\/[^/]+\/versions\/[^/]+$/,
      option,
      "the resource name of a secret's version: projects/PROJECT/secrets/NAME/versions/latest",
      'write it in full',
    ),
  ];
}

function checkRetrainOn(spec: ResolvedMlops, { endpoints = {} }: GcpOptions): Problem[] {
  return Object.entries(endpoints).flatMap(([name, { retrainOn = {} }]) => {
    const endpoint = spec.endpoints[name];
    const option = `endpoints.${name}.retrainOn`;
    return [
      ...when(Object.keys(retrainOn).length > 0 && endpoint?.retrain === false, {
        path: `options.${option}`,
        got: 'alert policies',
        expected: 'an endpoint that retrains',
        fix: `add retrain: { on: [] } to endpoints.${name} of the spec: its cooldown and cap hold for these alerts too`,
      }),
      ...Object.entries(retrainOn).flatMap(([policy, resource]) => [
        ...when(endpoint !== undefined && Object.hasOwn(endpoint.monitors, policy), {
          path: `options.${option}.${policy}`,
          got: 'the name of a monitor',
          expected: 'a name of its own',
          fix: 'rename it: a monitor has its alert already',
        }),
        ...pattern(
          resource,
          /^projects\/[^/]+\/alertPolicies\/[^/]+$/,
          `${option}.${policy}`,
          'the resource name of an alert policy: projects/PROJECT/alertPolicies/NUMBER',
          'hand in its name: policy.name',
        ),
      ]),
    ];
  });
}

/** Ids of accounts, endpoints and repositories end with these names. */
function checkEnds(spec: ResolvedMlops, { batch = {} }: GcpOptions): Problem[] {
  const named = { pipelines: spec.pipelines, endpoints: spec.endpoints, 'options.batch': batch };
  return Object.entries(named).flatMap(([room, nouns]) =>
    Object.keys(nouns).flatMap((name) =>
      when(name.endsWith('-'), {
        path: `${room}.${name}`,
        got: `the name ${show(name)}`,
        expected: 'a letter or a digit at its end, since ids of Google Cloud end so',
        fix: 'rename it',
      }),
    ),
  );
}

/** `a` with a monitor `b-c`, and `a-b` with a monitor `c`, would be one folder of documents. */
function checkNames(spec: ResolvedMlops, { batch = {} }: GcpOptions): Problem[] {
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
    ...Object.entries(batch).map(([name, { pipeline }]) => [`${pipeline}-${name}`, `options.batch.${name}`] as const),
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
