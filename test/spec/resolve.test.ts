import { resolve, SpecError, type MlopsSpec, type Problem, type Support, type TrainingSpec } from '../..';
import { full } from '../cases/full';
import { minimal } from '../cases/minimal';

type Json = { [key: string]: Json } & { [key: number]: Json };

/** The minimal case with one value changed; `undefined` removes it. */
function changed(path: string, value: unknown, from: MlopsSpec = full): MlopsSpec {
  const document = structuredClone(from) as unknown as Json;
  const keys = path.split('.');
  const parent = keys.slice(0, -1).reduce<Json>((node, key) => (node[key] ??= {} as Json), document);
  if (value === undefined) delete parent[keys.at(-1)!];
  else parent[keys.at(-1)!] = value as Json;
  return document as unknown as MlopsSpec;
}

function problemsOf(spec: MlopsSpec, options: Parameters<typeof resolve>[1] = {}): readonly Problem[] {
  try {
    resolve(spec, options);
    return [];
  } catch (error) {
    if (error instanceof SpecError) return error.problems;
    throw error;
  }
}

test('fills in every default, and leaves the argument as it was', () => {
  const before = structuredClone(minimal);
  expect(resolve(minimal)).toMatchSnapshot();
  expect(minimal).toEqual(before);
});

test('changes nothing where nothing is left to a default', () => {
  const training = full.pipelines!['training'] as TrainingSpec;
  expect(resolve(full)).toEqual({
    ...full,
    datasets: {
      rows: {
        ...full.datasets!['rows'],
        features: {
          price: { kind: 'number', range: [0, 1000], nulls: 0.1 },
          colour: { kind: 'category', range: false, nulls: 0.2 },
        },
      },
    },
    endpoints: {
      online: {
        ...full.endpoints!['online'],
        monitors: {
          ...full.endpoints!['online']!.monitors,
          quality: { ...full.endpoints!['online']!.monitors!['quality'], above: false, worseThanBaseline: false },
          errors: { ...full.endpoints!['online']!.monitors!['errors'], below: false },
        },
      },
    },
    pipelines: {
      ...full.pipelines,
      training: { ...training, choose: { ...training.choose, atMost: false } },
    },
  });
});

test('is the same for a resolved spec', () => {
  const once = resolve(minimal);
  expect(resolve(once as MlopsSpec)).toEqual(once);
});

const online = 'endpoints.online';
const refused: readonly [what: string, path: string, value: unknown, problem: Problem][] = [
  [
    'an unknown key',
    'endpoint',
    {},
    {
      path: 'endpoint',
      got: 'a key that does not exist',
      expected: 'one of name, datasets, pipelines, endpoints, onDestroy',
      fix: 'rename it to endpoints',
    },
  ],
  [
    'an unknown key that resembles none',
    `${online}.cloud`,
    'aws',
    {
      path: `${online}.cloud`,
      got: 'a key that does not exist',
      expected: 'one of model, replicas, rollout, monitors, retrain, approval, notify',
      fix: 'remove it',
    },
  ],
  [
    'a missing field',
    `${online}.model`,
    undefined,
    {
      path: `${online}.model`,
      got: 'nothing',
      expected: 'model: name of the pipeline whose versions are served',
      fix: 'add model',
    },
  ],
  [
    'a bad name',
    'name',
    'Full House',
    {
      path: 'name',
      got: '"Full House"',
      expected: 'text that matches ^[a-z][a-z0-9-]{0,29}$',
      fix: 'change it: lower-case letters, digits and hyphens; at most 30',
    },
  ],
  [
    'a bad unit',
    `${online}.rollout.bake`,
    '1 fortnight',
    {
      path: `${online}.rollout.bake`,
      got: '"1 fortnight"',
      expected: 'a number, a space and a unit: ms, seconds, minutes, hours or days',
      fix: "write it like '90 days' or '250 ms'",
    },
  ],
  [
    'a bare number for a duration',
    `${online}.rollout.bake`,
    3600,
    {
      path: `${online}.rollout.bake`,
      got: '3600',
      expected: 'a number, a space and a unit: ms, seconds, minutes, hours or days',
      fix: "write it like '90 days' or '250 ms'",
    },
  ],
  [
    'an unknown metric',
    'pipelines.training.choose.metric',
    'aucc',
    {
      path: 'pipelines.training.choose.metric',
      got: '"aucc"',
      expected:
        'one of wape, mae, rmse, r2, logLoss, brier, brierSkill, auc, accuracy, f1, precision, recall, calibration',
      fix: 'use auc',
    },
  ],
  [
    'an unknown kind of monitor',
    `${online}.monitors.inputs.kind`,
    'drift',
    {
      path: `${online}.monitors.inputs.kind`,
      got: '"drift"',
      expected: 'one of data-drift, prediction-drift, model-quality',
      fix: 'set kind to data-drift',
    },
  ],
  [
    'a distance for categories where predictions are compared',
    `${online}.monitors.predictions.metric.distance`,
    'lInfinity',
    {
      path: `${online}.monitors.predictions.metric.distance`,
      got: '"lInfinity"',
      expected: 'a distance for a number: jsDistance, ksStatistic, wasserstein, psi',
      fix: 'use jsDistance',
    },
  ],
  [
    'a webhook that is no address',
    `${online}.notify.webhook`,
    'hooks.example.com',
    {
      path: `${online}.notify.webhook`,
      got: '"hooks.example.com"',
      expected: 'text that matches ^https?://[^\\s]+$',
      fix: 'change it: an address that is no secret',
    },
  ],
  [
    'a webhook from a variable that cannot be one',
    `${online}.notify.webhook.env`,
    '$WEBHOOK',
    {
      path: `${online}.notify.webhook.env`,
      got: '"$WEBHOOK"',
      expected: 'text that matches ^[A-Za-z_][A-Za-z0-9_]*$',
      fix: 'change it: name of the environment variable that holds the address, where the loop runs',
    },
  ],
  [
    'a notice that does not exist',
    `${online}.notify.on.1`,
    'alarms',
    {
      path: `${online}.notify.on.1`,
      got: '"alarms"',
      expected: 'one of alarm, rejected, failed, rolled-out',
      fix: 'use alarm',
    },
  ],
  [
    'a negative count',
    `${online}.replicas.min`,
    -1,
    { path: `${online}.replicas.min`, got: '-1', expected: 'a value that must be >= 0', fix: 'change it' },
  ],
  [
    'a name that fits no resource',
    `${online}.monitors.In Puts`,
    { kind: 'data-drift', every: '1 day' },
    {
      path: `${online}.monitors.In Puts`,
      got: 'the name "In Puts"',
      expected: 'lower-case letters, digits and hyphens, beginning with a letter; at most 30',
      fix: 'rename it',
    },
  ],
  [
    'a dangling dataset',
    'pipelines.training.dataset',
    'row',
    {
      path: 'pipelines.training.dataset',
      got: '"row"',
      expected: 'the name of a dataset: rows',
      fix: 'correct it, or add the dataset "row"',
    },
  ],
  [
    'a dangling pipeline',
    `${online}.model`,
    'train',
    {
      path: `${online}.model`,
      got: '"train"',
      expected: 'the name of a pipeline: training, own',
      fix: 'correct it, or add the pipeline "train"',
    },
  ],
  [
    'a dangling monitor',
    `${online}.retrain.on`,
    ['quality', 'revenue'],
    {
      path: `${online}.retrain.on[1]`,
      got: '"revenue"',
      expected: 'the name of a monitor of this endpoint: inputs, predictions, quality, errors',
      fix: 'correct it, or add the monitor of this endpoint "revenue"',
    },
  ],
  [
    'a quality rule that names a drift monitor',
    `${online}.rollout.rollBackOn.quality.monitor`,
    'inputs',
    {
      path: `${online}.rollout.rollBackOn.quality.monitor`,
      got: '"inputs"',
      expected: 'the name of a model-quality monitor of this endpoint: quality, errors',
      fix: 'correct it, or add the model-quality monitor of this endpoint "inputs"',
    },
  ],
  [
    'a test as long as the history',
    'pipelines.training.test',
    '60 days',
    {
      path: 'pipelines.training.test',
      got: '"60 days"',
      expected: 'less than history (60 days)',
      fix: 'shorten it, or lengthen history',
    },
  ],
  [
    'no candidate',
    'pipelines.training.candidates',
    {},
    {
      path: 'pipelines.training.candidates',
      got: '0',
      expected: '1 to 8 candidates',
      fix: 'every candidate is a job of its own: keep the ones that can win',
    },
  ],
  [
    'a name of a candidate that fits no step',
    'pipelines.training.candidates',
    { 'my-tree': {} },
    {
      path: 'pipelines.training.candidates.my-tree',
      got: 'the name "my-tree"',
      expected: 'lower-case letters, digits and underscores, beginning with a letter; at most 19',
      fix: 'rename it',
    },
  ],
  [
    'a gate on the wrong side',
    'pipelines.training.choose.atMost',
    0.9,
    {
      path: 'pipelines.training.choose.atMost',
      got: '0.9',
      expected: 'atLeast, because more auc is better',
      fix: 'use atLeast',
    },
  ],
  [
    'no features',
    'datasets.rows.features',
    {},
    {
      path: 'datasets.rows.features',
      got: 'none',
      expected: 'at least one feature',
      fix: 'name the columns that the model sees',
    },
  ],
  [
    'the label among the features',
    'datasets.rows.features.bought',
    'number',
    {
      path: 'datasets.rows.features.bought',
      got: 'the label',
      expected: 'columns that are known when a prediction is asked for',
      fix: 'remove it from the features',
    },
  ],
  [
    'the time among the features',
    'datasets.rows.features.when',
    'number',
    {
      path: 'datasets.rows.features.when',
      got: 'the time column',
      expected: 'columns that the model may learn from: a time never comes again',
      fix: 'remove it from the features, or add what matters of it (hour, weekday) as columns of their own',
    },
  ],
  [
    'a column with a name of ours',
    'datasets.rows.features.version',
    'category',
    {
      path: 'datasets.rows.features.version',
      got: 'the column "version"',
      expected: 'a name other than id, at, version, prediction, which captures use',
      fix: 'rename the column',
    },
  ],
  [
    'a key named label',
    'datasets.rows.key',
    ['shop', 'label'],
    {
      path: 'datasets.rows.key[1]',
      got: 'the column "label"',
      expected: 'another name: labels that come later are in a column of this name, beside the key',
      fix: 'rename the column',
    },
  ],
  [
    'a trial by a metric without ratios',
    `${online}.rollout.rollBackOn.quality.monitor`,
    'quality',
    {
      path: `${online}.rollout.rollBackOn.quality.monitor`,
      got: '"quality", which measures brierSkill',
      expected:
        'a monitor of a metric that is never zero or negative by nature: wape, mae, rmse, logLoss, brier, auc, accuracy, f1, precision, recall',
      fix: 'add a monitor of such a metric, and name it here',
    },
  ],
  [
    'a range on a category',
    'datasets.rows.features.colour.range',
    [0, 1],
    {
      path: 'datasets.rows.features.colour.range',
      got: 'a range on a category',
      expected: 'a range on a number only',
      fix: 'remove the range, or set kind to number',
    },
  ],
  [
    'a range turned round',
    'datasets.rows.features.price.range',
    [9, 1],
    { path: 'datasets.rows.features.price.range', got: '[9,1]', expected: 'smallest first', fix: 'swap the two' },
  ],
  [
    'fewer replicas at most than at least',
    `${online}.replicas.max`,
    1,
    { path: `${online}.replicas.max`, got: '1', expected: 'at least replicas.min (2)', fix: 'raise max or lower min' },
  ],
  [
    'steps that do not ascend',
    `${online}.rollout.steps`,
    [50, 20],
    {
      path: `${online}.rollout.steps`,
      got: '[50,20]',
      expected: 'ascending whole percentages from 1 to 99',
      fix: 'write [10] for a canary, [20, 40, 60, 80] for linear, [] for all at once; 100 follows by itself',
    },
  ],
  [
    'a window without length',
    `${online}.monitors.inputs.every`,
    '0 days',
    {
      path: `${online}.monitors.inputs.every`,
      got: '"0 days"',
      expected: 'at least 1 minute',
      fix: 'lengthen it: a window needs rows to be judged by',
    },
  ],
  [
    'more violations than windows',
    `${online}.monitors.inputs.violations.count`,
    5,
    {
      path: `${online}.monitors.inputs.violations.count`,
      got: '5',
      expected: 'at most violations.of (4)',
      fix: 'lower count or raise of',
    },
  ],
  [
    'a distance that does not fit the feature',
    `${online}.monitors.inputs.metric.category`,
    { distance: 'wasserstein', threshold: 1 },
    {
      path: `${online}.monitors.inputs.metric.category.distance`,
      got: '"wasserstein"',
      expected: 'a distance for a category: jsDistance, lInfinity, psi, chi2',
      fix: 'use jsDistance',
    },
  ],
  [
    'a metric of another task',
    `${online}.monitors.quality`,
    { kind: 'model-quality', every: '1 day', labelsWithin: '1 day', metric: 'mae', worseThanBaseline: 2 },
    {
      path: `${online}.monitors.quality.metric`,
      got: '"mae", a metric of regression',
      expected: 'a metric of classification, as the pipeline chooses by "auc"',
      fix: 'use "auc"',
    },
  ],
  [
    'a ratio that means nothing',
    `${online}.monitors.quality.worseThanBaseline`,
    1.5,
    {
      path: `${online}.monitors.quality.worseThanBaseline`,
      got: '1.5',
      expected: 'above or below, because brierSkill can be zero or negative and a ratio means nothing',
      fix: 'use above or below',
    },
  ],
  [
    'a quality monitor without a threshold',
    `${online}.monitors.quality.below`,
    false,
    {
      path: `${online}.monitors.quality`,
      got: 'no threshold',
      expected: 'worseThanBaseline, above or below',
      fix: 'add above or below',
    },
  ],
  [
    'a metric of another task than that of a graph',
    'endpoints.second',
    {
      model: 'own',
      monitors: { quality: { kind: 'model-quality', every: '1 day', labelsWithin: '1 day', metric: 'mae', above: 2 } },
    },
    {
      path: 'endpoints.second.monitors.quality.metric',
      got: '"mae", a metric of regression',
      expected: 'a metric of classification, as the pipeline chooses by "auc"',
      fix: 'use "auc"',
    },
  ],
  [
    'a task whose name fits no step',
    'pipelines.own.tasks.my-task',
    { component: { command: ['sh'], outputs: {} } },
    {
      path: 'pipelines.own.tasks.my-task',
      got: 'the name "my-task"',
      expected: 'a lower-case letter, then lower-case letters, digits or underscores; at most 31',
      fix: 'rename it',
    },
  ],
  [
    'a source that does not exist',
    'pipelines.own.tasks.train.inputs.data',
    'dta',
    {
      path: 'pipelines.own.tasks.train.inputs.data',
      got: '"dta", which does not exist',
      expected: 'a source of kind dataset: data',
      fix: 'use one of them',
    },
  ],
  [
    'a source of another kind',
    'pipelines.own.tasks.train.inputs.champion',
    'data',
    {
      path: 'pipelines.own.tasks.train.inputs.champion',
      got: '"data", which is of kind dataset',
      expected: 'a source of kind model: champion, train.model',
      fix: 'use one of them',
    },
  ],
  [
    'an input that is not wired',
    'pipelines.own.tasks.train.inputs.code',
    undefined,
    {
      path: 'pipelines.own.tasks.train.inputs.code',
      got: 'nothing',
      expected: 'a source of kind code',
      fix: 'wire it to an output or an external',
    },
  ],
  [
    'tasks that wait for each other',
    'pipelines.own.tasks.train.inputs.champion',
    'train.model',
    {
      path: 'pipelines.own.tasks.train',
      got: 'the cycle train → train',
      expected: 'tasks that can be put in an order',
      fix: 'take one of these inputs from somewhere else',
    },
  ],
  [
    'a kind of artifact that does not exist',
    'pipelines.own.tasks.train.component.outputs.model',
    'modell',
    {
      path: 'pipelines.own.tasks.train.component.outputs.model',
      got: '"modell"',
      expected: 'one of dataset, code, model, predictions, metrics, report, files',
      fix: 'use model',
    },
  ],
  [
    'an argument that stands for no input',
    'pipelines.own.tasks.train.component.command',
    ['python', '{in.cod}/train.py'],
    {
      path: 'pipelines.own.tasks.train.component.command[1]',
      got: '"{in.cod}/train.py"',
      expected: 'an input of the component: data, code, champion',
      fix: 'correct it, or add the input',
    },
  ],
  [
    'a parameter that the component does not have',
    'pipelines.own.tasks.train.parameters.tres',
    3,
    {
      path: 'pipelines.own.tasks.train.parameters.tres',
      got: 'a value',
      expected: 'a name that the component declares',
      fix: 'remove it, or declare it',
    },
  ],
  [
    'a parameter of another type',
    'pipelines.own.tasks.train.parameters.trees',
    'many',
    {
      path: 'pipelines.own.tasks.train.parameters.trees',
      got: '"many"',
      expected: 'a number, as in the component (10)',
      fix: 'correct the value, or the component',
    },
  ],
  [
    'a value in braces that stands for nothing',
    'pipelines.own.tasks.train.component.parameters.schema',
    '{shema}',
    {
      path: 'pipelines.own.tasks.train.component.parameters.schema',
      got: '"{shema}"',
      expected: 'one of {schema}, {pipeline}, {history}, or text of another form',
      fix: 'correct it',
    },
  ],
  [
    'a model to register that is none',
    'pipelines.own.register.model',
    'train.decision',
    {
      path: 'pipelines.own.register.model',
      got: '"train.decision", which is of kind metrics',
      expected: 'a source of kind model: train.model',
      fix: 'use one of them',
    },
  ],
  [
    'the champion as the model to register',
    'pipelines.own.register.model',
    'champion.model',
    {
      path: 'pipelines.own.register.model',
      got: '"champion.model", which does not exist',
      expected: 'a source of kind model: train.model',
      fix: 'use one of them',
    },
  ],
  [
    'memory in another unit',
    'pipelines.own.tasks.train.component.compute.memory',
    '8 GB',
    {
      path: 'pipelines.own.tasks.train.component.compute.memory',
      got: '"8 GB"',
      expected: 'text that matches ^[1-9]\\d* (MiB|GiB)$',
      fix: "change it: an amount of memory, such as `'8 GiB'`",
    },
  ],
  [
    'two endpoints of one pipeline',
    'endpoints.second',
    { model: 'training' },
    {
      path: 'endpoints.second.model',
      got: '"training", which endpoints.online serves already',
      expected: 'a pipeline of its own for each endpoint',
      fix: 'give it a pipeline with a name of its own',
    },
  ],
];

test.each(refused)('refuses %s', (_what, path, value, problem) => {
  expect(problemsOf(changed(path, value))).toEqual([problem]);
});

test('refuses what the target cannot do, with the way out', () => {
  const support = Object.fromEntries(
    ['training', 'endpoint', 'retrain'].map((feature) => [feature, 'native']),
  ) as unknown as Support;
  const poor: Support = {
    ...support,
    'rollout.steps': { unsupported: 'set steps to [], or use a target that splits traffic' },
  };
  expect(problemsOf(minimal, { target: { name: 'paper', support: poor } })).toEqual([
    {
      path: 'endpoints.online.rollout.steps',
      got: 'rollout.steps, which paper cannot do',
      expected: 'what paper can do',
      fix: 'set steps to [], or use a target that splits traffic',
    },
  ]);
});

test('refuses files that do not exist', () => {
  const paths = problemsOf(minimal, { root: __dirname }).map(({ path, expected }) => `${path}: ${expected}`);
  expect(paths).toEqual([
    'datasets.rows.source: a file or folder that exists',
    'pipelines.training.code: a folder that holds model.py',
    'pipelines.training.code: a folder that holds requirements.txt',
  ]);
});

test('tells all problems of the structure at once, and prints them without a stack trace', () => {
  const wrong = changed(`${online}.replcas`, {}, changed('nmae', 'x', changed(`${online}.approval`, 'auto')));
  expect(problemsOf(wrong).map(({ path }) => path)).toEqual(['nmae', `${online}.replcas`, `${online}.approval`]);
  const error = (() => {
    try {
      return resolve(wrong) && undefined;
    } catch (thrown) {
      return thrown as SpecError;
    }
  })();
  expect(error?.stack).toBe(error?.message);
  expect(error?.message).toMatchSnapshot();
});

test.each([
  null,
  42,
  'text',
  [],
  { name: 7 },
  { name: 'x', datasets: [] },
  { name: 'x', datasets: { a: { features: { b: 3 } } } },
])('refuses %j without falling over', (document) => {
  expect(problemsOf(document as unknown as MlopsSpec).length).toBeGreaterThan(0);
});
