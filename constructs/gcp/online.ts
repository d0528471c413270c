/** Online: an endpoint of the spec with all that is about it: monitors, trials, the loop, its dashboard. */
import type { Input, Resource } from '@pulumi/pulumi';
import { given, inOrder } from '../packaging/records';
import type { ResolvedMlops } from '../spec/mlops';
import type { Caller } from './caller';
import { Dashboard } from './dashboard';
import type { Datasets } from './datasets';
import { Endpoint } from './endpoint';
import type { ModelImage } from './image';
import type { JobAccount } from './job-account';
import { RetrainLoop } from './loop';
import { Monitor, MonitoringAccount } from './monitor';
import { physicalName } from './names';
import type { GcpOptions } from './options';
import type { JobOptions, Pipeline } from './pipeline';
import type { Place } from './place';
import type { Registry } from './registry';
import { Signals } from './signals';
import type { Storage } from './storage';
import type { Notices } from './topic';
import type { TrainingPipeline } from './training-pipeline';
import { TrialPipeline } from './trial-pipeline';

export interface Model {
  readonly image: ModelImage;
  readonly registry: Registry;
  readonly training: TrainingPipeline;
}

export interface Online {
  readonly endpoint: Endpoint;
  readonly signals: Signals;
  readonly monitors: Readonly<Record<string, Monitor>>;
  readonly loop: RetrainLoop;
}

export interface OnlineProps {
  readonly parent: Resource;
  /** Of this endpoint's parts. */
  readonly named: (part: string) => string;
  readonly place: Place;
  readonly spec: ResolvedMlops;
  /** In the spec. */
  readonly name: string;
  readonly options: GcpOptions;
  readonly storage: Storage;
  readonly datasets: Datasets;
  readonly notices: Notices;
  /** Wakes the loop. */
  readonly caller: Caller;
  readonly model: Model;
  /** Channels of one project want to be changed one at a time: the one before. */
  readonly after: Resource;
}

export function makeOnline(props: OnlineProps): Online {
  const signals = newSignals(props);
  const endpoint = newEndpoint(props);
  const { parent, named, place, spec, name, storage } = props;
  const account = new MonitoringAccount(named('monitoring'), { place, storage, spec, endpoint: name }, { parent });
  const monitors = newMonitors(props, account, [...props.notices.channels, signals.channel.name]);
  const trial = newTrial(props, account);
  const loop = newLoop(props, { endpoint, signals, monitors, account, trial });
  newDashboard(props, endpoint, monitors, loop);
  return { endpoint, signals, monitors, loop };
}

const jobsIn = ({ place, storage, model: { image } }: OnlineProps): JobOptions => ({ place, storage, image });

const nounOf = ({ spec, name }: OnlineProps) => spec.endpoints[name]!;

function newSignals({ parent, named, place, name, storage, after }: OnlineProps): Signals {
  const { key, ready: dependsOn } = storage;
  return new Signals(named('signals'), { place, endpoint: name, key, dependsOn, after }, { parent });
}

function newEndpoint(props: OnlineProps): Endpoint {
  const { parent, named, place, name, options, notices } = props;
  const { transform, network, endpoints = {} } = options;
  const { model, replicas, rollout } = nounOf(props);
  return new Endpoint(
    named('endpoint'),
    {
      ...jobsIn(props),
      ...{ endpointId: physicalName('endpoint', place.prefix, name), endpoint: name, models: [`artifacts/${model}`] },
      ...{ replicas, rollout, channels: notices.channels },
      ...given({ machine: endpoints[name]?.machine, transform }),
      ...given({ privateServiceConnect: network?.endpoint?.privateServiceConnect }),
    },
    { parent },
  );
}

function newMonitors(
  props: OnlineProps,
  account: JobAccount,
  channels: readonly Input<string>[],
): Readonly<Record<string, Monitor>> {
  const { parent, named, spec, name, options } = props;
  const common = {
    ...jobsIn(props),
    ...given({ transform: options.transform }),
    spec,
    endpoint: name,
    account,
    channels,
  };
  return inOrder(
    nounOf(props).monitors,
    (monitor) => new Monitor(named(`monitors/${monitor}`), { ...common, monitor }, { parent }),
  );
}

function newTrial(props: OnlineProps, account: JobAccount): Pipeline | undefined {
  const { parent, named, spec, name, options } = props;
  if (nounOf(props).rollout.rollBackOn.quality === false) return undefined;
  const { transform } = options;
  return new TrialPipeline(
    named('trial'),
    { ...jobsIn(props), ...given({ transform }), spec, endpoint: name, account },
    { parent },
  ).pipeline;
}

interface Watched {
  readonly endpoint: Endpoint;
  readonly signals: Signals;
  readonly monitors: Readonly<Record<string, Monitor>>;
  readonly account: JobAccount;
  readonly trial: Pipeline | undefined;
}

function newLoop(props: OnlineProps, { endpoint, signals, monitors, account, trial }: Watched): RetrainLoop {
  const { parent, named, place, spec, name, options, storage, datasets, notices, caller } = props;
  const { image, registry, training } = props.model;
  const { transform, network, host, endpoints = {} } = options;
  const { retrainOn, webhook } = endpoints[name] ?? {};
  return new RetrainLoop(
    named('loop'),
    {
      ...{
        place,
        spec,
        endpoint: name,
        storage,
        registry,
        training,
        served: endpoint,
        image,
        monitors,
        signals,
        caller,
      },
      ...{ monitoring: account, topic: notices.topic, channels: notices.channels },
      after: datasets.rows[spec.pipelines[nounOf(props).model]!.dataset] ?? [],
      ...given({ trial, retrainOn, webhook, host, transform, networkAttachment: network?.attachment }),
    },
    { parent },
  );
}

function newDashboard(
  props: OnlineProps,
  { endpointId, alerts }: Endpoint,
  monitors: Readonly<Record<string, Monitor>>,
  loop: RetrainLoop,
): void {
  const { parent, named, place, name, options } = props;
  const { p99, errorRate } = nounOf(props).rollout.rollBackOn;
  const all = [...alerts, ...Object.values(monitors).map(({ alert }) => alert), ...loop.alerts];
  new Dashboard(
    named('dashboard'),
    {
      ...{ place, endpoint: name, endpointId, monitors: Object.keys(monitors), p99, errorRate },
      alerts: all.map((each) => each.name),
      transform: options.transform,
    },
    { parent },
  );
}
