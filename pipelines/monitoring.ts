/** The monitoring pipelines: one window of one version's traffic in, one report out. */
import type { Graph, Task } from '../constructs/spec/component';
import type { ResolvedMlops } from '../constructs/spec/mlops';
import * as components from './components';

const TIMEOUT_SECONDS = 3600;

export function monitoringGraph(spec: ResolvedMlops, endpoint: string, monitor: string): Graph {
  const watched = spec.endpoints[endpoint]!.monitors[monitor]!;
  const parameters = { monitor: JSON.stringify(watched) };
  const from = (external: string) => ({ external });
  const report: Task =
    watched.kind === 'model-quality'
      ? {
          component: components.quality,
          inputs: { captures: from('captures'), labels: from('labels'), model: from('model') },
          parameters,
          timeoutSeconds: TIMEOUT_SECONDS,
        }
      : {
          component: components.drift,
          inputs: { captures: from('captures'), model: from('model') },
          parameters,
          timeoutSeconds: TIMEOUT_SECONDS,
        };
  return {
    name: `${spec.name}-${endpoint}-${monitor}`,
    externals: report.component.inputs,
    parameters: { subject: 'json' },
    tasks: { report },
  };
}

/** A version under trial against the champion, on the rows that the new one answered. */
export function trialGraph(spec: ResolvedMlops, endpoint: string): Graph {
  const { monitors, rollout } = spec.endpoints[endpoint]!;
  const rule = rollout.rollBackOn.quality;
  if (!rule) throw new Error(`endpoints.${endpoint}.rollout.rollBackOn.quality is false: there is no trial to compile`);
  const rows = { task: 'rows', output: 'rows' };
  const model = { external: 'model' };
  const timeoutSeconds = TIMEOUT_SECONDS;
  return {
    name: `${spec.name}-${endpoint}-trial`,
    externals: { captures: 'dataset', labels: 'dataset', model: 'model', champion: 'model' },
    parameters: { subject: 'json' },
    tasks: {
      rows: {
        component: components.trialRows,
        inputs: { captures: { external: 'captures' }, labels: { external: 'labels' }, model },
        parameters: {},
        timeoutSeconds,
      },
      champion: {
        component: components.champion,
        inputs: { rows, champion: { external: 'champion' } },
        parameters: {},
        timeoutSeconds,
      },
      report: {
        component: components.trial,
        inputs: { rows, champion_predictions: { task: 'champion', output: 'predictions' }, model },
        parameters: {
          monitor: JSON.stringify(monitors[rule.monitor]),
          worse_than_champion: String(rule.worseThanChampion),
        },
        timeoutSeconds,
      },
    },
  };
}
