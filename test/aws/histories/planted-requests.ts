/** Wrong drivers that are a request, or an answer, changed on its way. */
import { textOf, type Answer, type Sent } from '../runtime/fake-http';
import type { Input } from '../runtime/fake-json';
import type { Planted } from './planted';
import type { World } from './world';

type Variant = { readonly VariantName: string; readonly ModelName: string; readonly DesiredWeight?: number };
type Parameter = { readonly Name: string; readonly Value: string };
type Notes = Readonly<Record<string, string>>;

/** Sends something else. */
const sending = (
  what: string,
  breaks: Planted['breaks'],
  call: string,
  change: (input: Input, world: World) => Input,
  kind?: NonNullable<Planted['kind']>,
): Planted => ({
  ...{ what, breaks },
  ...(kind && { kind }),
  lab: {
    request: (name, sent, world) =>
      name === call ? { ...sent, body: JSON.stringify(change(JSON.parse(textOf(sent.body)) as Input, world)) } : sent,
  },
});

/** Hears something else. */
const hearing = (
  what: string,
  breaks: Planted['breaks'],
  change: (call: string, answer: Answer) => Answer,
  kind?: NonNullable<Planted['kind']>,
): Planted => ({ what, breaks, ...(kind && { kind }), lab: { answer: change } });

const withVariants = (input: Input, change: (variants: readonly Variant[]) => readonly Variant[]): Input => ({
  ...input,
  ProductionVariants: change(input['ProductionVariants'] as readonly Variant[]),
});

const withWeights = (input: Input, change: (weights: readonly Variant[]) => readonly Variant[]): Input => ({
  ...input,
  DesiredWeightsAndCapacities: change(input['DesiredWeightsAndCapacities'] as readonly Variant[]),
});

/** The weights of two, each to the other. */
function swapped(weights: readonly Variant[]): readonly Variant[] {
  const [a, b] = weights;
  if (a?.DesiredWeight === undefined || b?.DesiredWeight === undefined) return weights;
  return [
    { ...a, DesiredWeight: b.DesiredWeight },
    { ...b, DesiredWeight: a.DesiredWeight },
  ];
}

function withoutCondition(sent: Sent): Sent {
  const headers = Object.entries(sent.headers).filter(([name]) => !/^if-(none-)?match$/.test(name));
  return { ...sent, headers: Object.fromEntries(headers) };
}

/** Where two slots were captured side by side. */
function ofTheOtherSlot(sent: Sent): Sent {
  const swap = (path: unknown) =>
    String(path).replace(
      /^(captures\/[^/]+\/[^/]+,[^/]+\/[^/]+\/)(blue|green)\//,
      (_, folder: string, slot: string) => `${folder}${slot === 'blue' ? 'green' : 'blue'}/`,
    );
  const query = Object.entries(sent.query).map(([name, value]) => [
    name,
    /^(prefix|start-after)$/.test(name) ? swap(value) : value,
  ]);
  return { ...sent, query: Object.fromEntries(query) as Sent['query'] };
}

let tokens = 0;
const newToken = (): string => `token-${(tokens += 1)}-`.padEnd(40, '-');

export const ON_THE_WAY: readonly Planted[] = [
  sending(
    'a slot is called like the other',
    [9],
    'CreateEndpointConfig',
    (input) => withVariants(input, ([a, b]) => (a && b ? [a, { ...b, VariantName: a.VariantName }] : a ? [a] : [])),
    'stepped',
  ),
  sending(
    'the weights of two slots are swapped',
    [3, 4],
    'UpdateEndpointWeightsAndCapacities',
    (input) => withWeights(input, swapped),
    'stepped',
  ),
  sending(
    'a slot that gets nothing is not told so',
    [4, 7],
    'UpdateEndpointWeightsAndCapacities',
    (input) => withWeights(input, (weights) => weights.filter(({ DesiredWeight }) => DesiredWeight !== 0)),
    'stepped',
  ),
  sending(
    'captures go where they went before',
    [9],
    'CreateEndpointConfig',
    (input) => ({
      ...input,
      DataCaptureConfig: {
        ...(input['DataCaptureConfig'] as Input),
        DestinationS3Uri: 's3://record/captures/online/blue.v1-a0000001',
      },
    }),
    'stepped',
  ),
  sending('nobody is asked whether to approve', [3], 'CreateModelPackage', (input) => ({
    ...input,
    ModelApprovalStatus: 'Approved',
  })),
  {
    ...sending('a run is given the code of the first deployment', [9], 'StartPipelineExecution', (input) => ({
      ...input,
      PipelineParameters: (input['PipelineParameters'] as readonly Parameter[]).map(({ Name, Value }) =>
        Name === 'Code' ? { Name, Value: 's3://record/code/c1/' } : { Name, Value },
      ),
    })),
    ends: [
      { kind: 'deploy', a: 0, b: 7 },
      { kind: 'days', a: 0, b: 7 },
    ],
  },
  sending('a token is another at each call', [5], 'StartPipelineExecution', (input) => ({
    ...input,
    ClientRequestToken: newToken(),
  })),
  sending('a run is started twice', [1, 5], 'StartPipelineExecution', (input, world) => {
    const body = JSON.stringify({ ...input, ClientRequestToken: newToken() });
    const headers = { 'x-amz-target': 'SageMaker.StartPipelineExecution' };
    world.sagemaker.answer({ method: 'POST', path: '/', query: {}, headers, body });
    world.jobs.note();
    return input;
  }),
  sending('what was live is not kept with what is noted', [5], 'UpdateModelPackage', (input) => {
    const { 'live-revision': revision, 'live-at': at, ...notes } = input['CustomerMetadataProperties'] as Notes;
    const lost = notes['trial-revision'] && revision && at ? ['live-revision', 'live-at'] : [];
    if (lost.length === 0) return input;
    const gone = (input['CustomerMetadataPropertiesToRemove'] as readonly string[] | undefined) ?? [];
    return { ...input, CustomerMetadataProperties: notes, CustomerMetadataPropertiesToRemove: [...gone, ...lost] };
  }),
  sending(
    'guardrails are left out',
    [4],
    'UpdateEndpoint',
    (input) => ({ ...input, DeploymentConfig: undefined }),
    'guarded',
  ),
  {
    what: 'If-Match is not sent',
    breaks: [5],
    lab: { request: (call, sent) => (call === 'PUT' ? withoutCondition(sent) : sent) },
  },
  {
    what: 'captures are those of the other slot',
    breaks: [9],
    kind: 'stepped',
    lab: { request: (call, sent) => (call === 'LIST' ? ofTheOtherSlot(sent) : sent) },
  },
  hearing('absent passes for an error', [7], (call, answer) =>
    call === 'DescribeEndpoint' && answer.status === 400
      ? { ...answer, body: String(answer.body).replace('Could not find', 'Nobody knows of') }
      : answer,
  ),
  hearing('the registry ends with its first page', [2, 3, 5], (call, answer) =>
    call === 'ListModelPackages'
      ? { ...answer, body: String(answer.body).replace(/,"NextToken":"[^"]*"/, '') }
      : answer,
  ),
  hearing(
    'a list ends with its first page',
    [9],
    (call, answer) =>
      call === 'LIST'
        ? { ...answer, body: String(answer.body).replace(/<NextContinuationToken>.*<\/NextContinuationToken>/, '') }
        : answer,
    'stepped',
  ),
  hearing(
    'an alarm that is muted rings',
    [2],
    (call, answer) =>
      call === 'DescribeAlarms'
        ? { ...answer, body: String(answer.body).replaceAll('"ActionsEnabled":false', '"ActionsEnabled":true') }
        : answer,
    'stepped',
  ),
];
