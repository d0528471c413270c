/** The spec of a new project, as YAML that an editor can check and complete. */
import { Document, type YAMLMap } from 'yaml';
import { training, dataset, type Metric, type MlopsSpec, type Parameters } from '../../constructs/spec';
import type { Choice } from './choose';
import type { Windows } from './windows';

export const SCHEMA_FILE = 'mlops.schema.json';

interface Task {
  readonly metric: Metric;
  readonly worseThanBaseline: number;
  readonly gate: string;
  readonly candidates: Readonly<Record<string, Parameters>>;
}

const TASKS: Readonly<Record<Choice['task'], Task>> = {
  regression: {
    metric: 'wape',
    worseThanBaseline: 1.25,
    gate: ' atMost: 0.3 would refuse every model with a larger error',
    candidates: {
      ridge: { kind: 'ridge', alpha: 1 },
      boosting: { kind: 'boosting', max_iter: 150 },
      forest: { kind: 'forest', n_estimators: 60, min_samples_leaf: 3 },
    },
  },
  classification: {
    metric: 'auc',
    worseThanBaseline: 1.1,
    gate: ' atLeast: 0.7 would refuse every model that ranks worse',
    candidates: {
      logistic: { kind: 'logistic', C: 1 },
      boosting: { kind: 'boosting', max_iter: 150 },
    },
  },
};

export function specOf(name: string, { time, key, label, features, task }: Choice, windows: Windows): MlopsSpec {
  const { metric, worseThanBaseline, candidates } = TASKS[task];
  const { history, test, every, labelsWithin, bake, cooldown } = windows;
  const [first, ...more] = key.value;
  return {
    name,
    datasets: {
      rows: dataset({ source: './data', time: time.value, key: [first!, ...more], label: label.value, features }),
    },
    pipelines: {
      training: training({
        dataset: 'rows',
        code: './model',
        history,
        test,
        candidates,
        choose: { metric, beatChampionBy: 0.01 },
      }),
    },
    endpoints: {
      online: {
        model: 'training',
        rollout: { steps: [10], bake, whenIdle: 'advance', rollBackOn: { errorRate: 0.01 } },
        monitors: {
          inputs: { kind: 'data-drift', every },
          quality: {
            kind: 'model-quality',
            metric,
            worseThanBaseline,
            every,
            labelsWithin,
            violations: { count: 2, of: 3 },
          },
        },
        retrain: { on: ['quality'], cooldown },
      },
    },
  };
}

/** The spec with the hints that a newcomer needs. */
export function yamlOf(spec: MlopsSpec, task: Choice['task']): string {
  const document = new Document(spec);
  document.commentBefore = ` yaml-language-server: $schema=./${SCHEMA_FILE}`;
  const hint = (path: readonly string[], comment: string) => {
    (document.getIn(path, true) as YAMLMap).commentBefore = comment;
  };
  hint(['datasets', 'rows', 'features'], ' what the model sees: number or category');
  hint(['pipelines', 'training', 'choose'], TASKS[task].gate);
  return document.toString({ lineWidth: 0 });
}
