/** One endpoint with all that belongs to it: its registry, its alarms, its deployments, and the loop's port to them. */
import { join } from 'node:path';
import type { ResolvedMlops } from '../spec/mlops';
import { milliseconds } from '../spec/units';
import type { Action } from '../../runtime/loop/platform';
import { Alarms } from './alarms';
import type { Captures } from './capture';
import type { Dataset } from './data';
import { Endpoint } from './endpoint.runtime';
import type { Environments } from './environments';
import type { LocalFacts } from './facts';
import { LocalPlatform } from './loop.runtime';
import { prepareMonitor } from './monitor.runtime';
import { Notifier } from './notify.runtime';
import type { NewRun, Runs } from './pipeline.runtime';
import { endWithUs, pythonVariables } from './python';
import { Registry } from './registry.runtime';
import { serverLog } from './server-log';
import type { Storage } from './storage';
import { Unfinished } from './unfinished';
import { modelPath, prepareTraining } from './training.runtime';
import type { Launch } from './worker';

export interface EndpointParts {
  readonly endpoint: Endpoint;
  readonly registry: Registry;
  readonly platform: LocalPlatform;
  /** `undefined` where nobody is told. */
  readonly notifier: Notifier | undefined;
  /** Reads the record, and starts again what served. */
  readonly open: () => Promise<void>;
}

export interface EndpointPartsOptions {
  readonly spec: ResolvedMlops;
  readonly name: string;
  readonly facts: LocalFacts;
  readonly storage: Storage;
  readonly runs: Runs;
  readonly captures: Captures;
  readonly datasets: ReadonlyMap<string, Dataset>;
  /** By endpoint. */
  readonly webhooks: ReadonlyMap<string, string>;
  readonly environments: Environments;
  readonly answerWithin: number | undefined;
  readonly log: (line: string) => void;
  readonly onChange: () => void;
}

export function endpointParts(options: EndpointPartsOptions): EndpointParts {
  const { spec, name, facts, storage, runs, environments, answerWithin, log, onChange } = options;
  const { model: pipeline, replicas, notify } = spec.endpoints[name]!;
  const { dataset: datasetName, history } = spec.pipelines[pipeline]!;
  const dataset = options.datasets.get(datasetName)!;
  const registry = new Registry(storage, name);
  const alarms = new Alarms(storage, name);
  const webhook = options.webhooks.get(name);
  const told = { system: spec.name, endpoint: name, storage, log };
  const notifier = notify && webhook !== undefined ? new Notifier({ ...told, on: notify.on, webhook }) : undefined;
  const endpoint = new Endpoint({
    name,
    storage,
    replicas: replicas.min,
    revision: facts.endpoints[name]!.revision,
    launch: (version) => serve(environments, storage.path(registry.get(version).artifact)),
    log,
    onLine: serverLog(storage, name, log),
    onChange,
    ...(answerWithin !== undefined && { answerWithin }),
  });
  const newRun = ({ id, kind, tags }: Extract<Action, { do: 'start' }>): NewRun => ({
    id,
    kind,
    tags,
    owner: kind === 'train' ? pipeline : name,
    prepare: (directory) =>
      kind === 'train'
        ? prepareTraining(
            { spec, storage, dataset, registry, endpoint },
            pipeline,
            tags.code ?? facts.endpoints[name]!.code,
            directory,
          )
        : prepareMonitor({ spec, endpoint: name, storage, registry, captures: options.captures }, tags, directory),
  });
  const look = () => dataset.look(milliseconds(history));
  return {
    endpoint,
    registry,
    notifier,
    platform: new LocalPlatform({
      name,
      pipeline,
      storage,
      runs,
      registry,
      endpoint,
      alarms,
      unfinished: new Unfinished(storage, name),
      log,
      notifier,
      look,
      modelOf: (run) => modelPath(spec, pipeline, run),
      newRun,
    }),
    open: async () => {
      await registry.open();
      await alarms.open();
      await endpoint.open();
      notifier?.wake();
    },
  };
}

/** The server of a version runs with what the code of that version requires: a rollback brings its libraries back. */
async function serve(environments: Environments, model: string): Promise<Launch> {
  const python = await environments.python(join(model, 'code'));
  return {
    command: [python, '-m', 'mlops_model', 'serve', '--in.model', model, '--param.port', '0'],
    env: { ...pythonVariables(), ...endWithUs },
  };
}
