/** What a deployment of an edited system does to the one that is deployed. */
import { dataset, training, type MlopsSpec } from '../..';
import { caseFolder } from '../targets/files';
import { changesOf, CREATE_ONLY, isStateful, type Changes } from './changes';
import { deployed } from '../cases/edits';
import { EDITS, type Edit } from './edits';
import { synthesize, type Template } from './synthesize';

const root = caseFolder();
const synth = ({ spec = (same) => same, options }: Edit = {}): Template =>
  synthesize(spec(deployed), root, options).template;
const before = synth();

const stateful = (ids: readonly string[], { Resources }: Template = before): string[] =>
  ids.filter((id) => isStateful(Resources[id]!)).map((id) => Resources[id]!.Type);

test('of all that cannot be made again it is known what replaces it', () => {
  const types = stateful(Object.keys(before.Resources));
  expect(types).toEqual(
    expect.arrayContaining(['AWS::KMS::Key', 'AWS::S3::Bucket', 'AWS::SageMaker::ModelPackageGroup']),
  );
  expect(types.filter((type) => !(type in CREATE_ONLY))).toEqual([]);
});

test.each(EDITS)('%s: what cannot be made again stays', (_, edit) => {
  const changes = changesOf(before, synth(edit));
  expect(changes).not.toMatchObject({ added: [], changed: [], destroyed: [] });
  expect(lost(changes)).toEqual({ replaced: [], orphaned: [], destroyed: [] });
  expect(changes.collisions).toEqual([]);
});

const lost = ({ replaced, orphaned, destroyed }: Changes) => ({
  replaced: stateful(replaced),
  orphaned: stateful(orphaned),
  destroyed: stateful(destroyed),
});

const second: Pick<MlopsSpec, 'datasets' | 'pipelines' | 'endpoints'> = {
  datasets: {
    visits: dataset({ source: './other-data', time: 'when', key: ['order'], label: 'y', features: { x: 'number' } }),
  },
  pipelines: {
    visits: training({
      dataset: 'visits',
      code: './other-code',
      history: '30 days',
      test: '7 days',
      candidates: { only: {} },
      choose: { metric: 'mae' },
    }),
  },
  endpoints: {
    visits: { model: 'visits', monitors: { inputs: { kind: 'data-drift', every: '1 day' } } },
  },
};

describe('a second model', () => {
  const both = synth({
    spec: (spec) => ({
      ...spec,
      datasets: { ...second.datasets, ...spec.datasets },
      pipelines: { ...second.pipelines, ...spec.pipelines },
      endpoints: { ...second.endpoints, ...spec.endpoints },
    }),
  });
  const pathsOf = (template: Template, ids: readonly string[]) =>
    ids.map((id) => template.Resources[id]!.Metadata!['aws:cdk:path']!.replace('Case/', ''));
  const own = /^Mlops\/(Datasets|Pipelines|Endpoints)\/visits\//;

  test('adds what is its own, and changes nothing else', () => {
    const { added, ...others } = changesOf(before, both);
    expect(pathsOf(both, added).filter((path) => !own.test(path))).toEqual([]);
    expect(others).toEqual({ changed: [], replaced: [], destroyed: [], orphaned: [], collisions: [] });
    expect(both.Outputs).toMatchObject(before.Outputs!);
  });

  test('takes what is its own along when it goes, but for its versions', () => {
    const { destroyed, orphaned, ...others } = changesOf(both, before);
    expect(pathsOf(both, [...destroyed, ...orphaned]).filter((path) => !own.test(path))).toEqual([]);
    expect(stateful(orphaned, both)).toEqual(['AWS::SageMaker::ModelPackageGroup']);
    expect(stateful(destroyed, both)).toEqual([]);
    expect(others).toEqual({ added: [], changed: [], replaced: [], collisions: [] });
  });
});

describe('a new name is a new thing', () => {
  const renamed = (edit: Edit) => changesOf(before, synth(edit));
  const { training: pipeline } = deployed.pipelines!;
  const { online } = deployed.endpoints!;

  test('an endpoint: its record and its versions stay', () => {
    const changes = renamed({ spec: (spec) => ({ ...spec, endpoints: { shop: online! } }) });
    expect(lost(changes)).toEqual({ replaced: [], orphaned: [], destroyed: [] });
    expect(changes.collisions).toEqual([]);
  });

  test('a pipeline: the versions of the old one are kept, and nobody reads them', () => {
    const changes = renamed({
      spec: (spec) => ({
        ...spec,
        pipelines: { learning: pipeline! },
        endpoints: { online: { ...online!, model: 'learning' } },
      }),
    });
    expect(lost(changes)).toEqual({
      replaced: [],
      orphaned: ['AWS::SageMaker::ModelPackageGroup'],
      destroyed: [],
    });
    expect(changes.collisions).toEqual([]);
  });

  test.each<[string, Edit]>([
    ['the system', { spec: (spec) => ({ ...spec, name: 'store' }) }],
    ['an environment', { options: () => ({ environment: 'dev' }) }],
  ])('%s: the versions are kept under their old name, and key and bucket stay', (_, edit) => {
    const changes = renamed(edit);
    expect(lost(changes)).toEqual({ replaced: ['AWS::SageMaker::ModelPackageGroup'], orphaned: [], destroyed: [] });
    expect(changes.collisions).toEqual([]);
  });
});
