/** Wrong drivers that are a request, or an answer, changed on its way. */
import type { JsonObject } from '../protos';
import { GoogleError } from '../fake/errors';
import { Raw } from '../fake/http';
import type { Planted } from './planted';
import { refused, type Heard, type Sent } from './wire';
import type { World } from './world';

/** Sends something else. */
const sending = (
  what: string,
  breaks: Planted['breaks'],
  call: string,
  change: (input: JsonObject, world: World, sent: Sent) => JsonObject,
): Planted => ({
  ...{ what, breaks },
  lab: {
    request: (sent, world) =>
      sent.call === call
        ? { ...sent, body: JSON.stringify(change(JSON.parse(sent.body) as JsonObject, world, sent)) }
        : sent,
  },
});

/** Asks for something else. */
const asking = (
  what: string,
  breaks: Planted['breaks'],
  call: string,
  change: (query: URLSearchParams, sent: Sent) => void,
): Planted => ({
  ...{ what, breaks },
  lab: {
    request: (sent) => {
      if (sent.call !== call) return sent;
      const query = new URLSearchParams(sent.query);
      change(query, sent);
      return { ...sent, query };
    },
  },
});

/** Hears something else. */
const hearing = (what: string, breaks: Planted['breaks'], answer: (sent: Sent, heard: Raw) => Heard): Planted => ({
  ...{ what, breaks },
  lab: { answer: (sent, heard) => heard && answer(sent, heard) },
});

const told = (heard: Raw, change: (body: JsonObject) => JsonObject): Raw => {
  const body = change(JSON.parse(heard.body.toString('utf8')) as JsonObject);
  return new Raw(heard.status, heard.headers, Buffer.from(JSON.stringify(body)));
};

const without = (body: JsonObject, field: string): JsonObject =>
  Object.fromEntries(Object.entries(body).filter(([name]) => name !== field));

type Split = Readonly<Record<string, number>>;

/** The shares of two, each to the other. */
function swapped(split: Split): Split {
  const [a, b] = Object.keys(split);
  return a !== undefined && b !== undefined ? { [a]: split[b]!, [b]: split[a]! } : split;
}

/** Another call of the same, with another id. */
function again(world: World, sent: Sent): void {
  const query = new URLSearchParams(sent.query);
  query.set('pipelineJobId', `${query.get('pipelineJobId')!}-2`);
  const { status } = world.routes.answer({ ...sent, query }, Infinity);
  if (status === 200)
    world.umpire.demand(1, world.jobs.begin(query.get('pipelineJobId')!) === undefined, 'a run is started twice');
}

const DEPLOY = 'EndpointService.DeployModel';
const SHIFT = 'EndpointService.UpdateEndpoint';

export const IN_REQUESTS: readonly Planted[] = [
  sending('a deployed model has the id of another version', [9], DEPLOY, (input) => {
    const model = input.deployedModel as JsonObject & { readonly id: string };
    return { ...input, deployedModel: { ...model, id: `9${model.id}` } };
  }),
  sending('a deployed model begins with all traffic', [3, 4], DEPLOY, (input) => {
    const others = Object.keys(input.trafficSplit as Split).filter((id) => id !== '0');
    return { ...input, trafficSplit: { 0: 100, ...Object.fromEntries(others.map((id) => [id, 0])) } };
  }),
  sending('shares do not add up', [7], SHIFT, (input) => {
    const split = Object.entries(input.trafficSplit as Split);
    return { ...input, trafficSplit: Object.fromEntries(split.map(([id, share]) => [id, Math.max(0, share - 1)])) };
  }),
  sending('the shares of two are swapped', [3, 4, 5], SHIFT, (input) => ({
    ...input,
    trafficSplit: swapped(input.trafficSplit as Split),
  })),
  sending("Vertex AI's etag is not sent", [5], SHIFT, (input) => without(input, 'etag')),
  sending('a run is started twice', [1, 5], 'PipelineService.CreatePipelineJob', (input, world, sent) => {
    again(world, sent);
    return input;
  }),
  sending('a run writes where another one does', [9], 'PipelineService.CreatePipelineJob', (input) => ({
    ...input,
    runtimeConfig: {
      ...(input.runtimeConfig as JsonObject),
      gcsOutputDirectory: 'gs://record/artifacts/training/train-1',
    },
  })),
  sending('a bad revision is not kept with what is noted', [4], 'ModelService.UpdateModel', (input, { versions }) => {
    const labels = input.labels as Readonly<Record<string, string>>;
    const known = versions.get(`v${labels['n']!}`)?.bad.map((revision) => `bad-${revision}`) ?? [];
    return { ...input, labels: Object.fromEntries(Object.entries(labels).filter(([key]) => !known.includes(key))) };
  }),
  sending('what was live is not kept with what is noted', [5], 'ModelService.UpdateModel', (input) => {
    const { 'live-revision': revision, 'live-at': at, ...labels } = input.labels as Readonly<Record<string, string>>;
    const isTrial = labels['trial-revision'] !== undefined;
    return isTrial || revision === undefined
      ? { ...input, labels }
      : { ...input, labels: { ...labels, 'live-revision': revision, 'live-at': at! } };
  }),
  sending(
    'captures are those of all versions',
    [9],
    'jobs.insert',
    (input) => JSON.parse(JSON.stringify(input).replace(/\^\d+\[0-9\]\{4\}\$/g, '^[0-9]+$')) as JsonObject,
  ),
  sending(
    'windows end an hour late',
    [9],
    'jobs.insert',
    (input) =>
      JSON.parse(
        JSON.stringify(input).replace(/("name":"to"[^}]*\}[^}]*"value":")([^"]+)/, (_, before: string, at: string) => {
          return before + new Date(Date.parse(at) + 6 * 3_600_000).toISOString();
        }),
      ) as JsonObject,
  ),
  asking('documents are written without a condition', [5], 'objects.insert', (query) =>
    query.delete('ifGenerationMatch'),
  ),
  asking('an alarm that is over rings', [2], 'alerts.list', (query) => query.delete('filter')),
  hearing('a list of versions ends with its first page', [5, 7, 9], (sent, heard) =>
    sent.call === 'ModelService.ListModelVersions' && heard.status === 200
      ? told(heard, (body) => without(body, 'nextPageToken'))
      : heard,
  ),
  hearing('what is there passes for absent', [5, 7], (sent, heard) =>
    sent.call === 'EndpointService.GetEndpoint' ? refused(new GoogleError('NOT_FOUND', 'gone')) : heard,
  ),
];
