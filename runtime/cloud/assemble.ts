/** Puts what is the same in every cloud around the parts that a cloud has of its own. */
import type { ResolvedMlops } from '../../constructs/spec/mlops';
import type { Notice } from '../../constructs/spec/notify';
import { milliseconds } from '../../constructs/spec/units';
import type { Observed, Time } from '../loop/platform';
import { concluder, madeBy } from './conclude';
import { Dataset } from './data';
import { newRun } from './given';
import { LoopHost, specOf, type CloudTarget } from './loop-host';
import { Notifier, type Topic } from './notify';
import type { Outputs } from './output';
import type { Alarms, Captures, CloudSettings, Conclude, HealthFigures, Registry, Runs, ServedEndpoint } from './parts';
import { CloudPlatform } from './platform';
import { longestPeriod } from './times';
import { Webhook, type WebhookAt } from './webhook';

/** What the loop of one endpoint is told, wherever it runs. */
export interface Situation {
  readonly target: CloudTarget;
  readonly settings: CloudSettings;
  /** At least this endpoint, its pipeline and its dataset. */
  readonly spec: ResolvedMlops;
  /** Where the record is, and where jobs leave their outputs in it. */
  readonly outputs: Outputs;
  readonly clock: () => Time;
  readonly log: (line: string) => void;
}

/** What a cloud has of its own. */
export interface CloudParts {
  readonly rollout: Observed['rollout'];
  /** `conclude` says what came of a run that succeeded; runs are listed as far back as `period` milliseconds. */
  readonly runs: (conclude: Conclude, period: number) => Runs;
  readonly registry: Registry;
  readonly endpoint: ServedEndpoint;
  readonly health: HealthFigures;
  readonly alarms: Alarms;
  readonly captures: Captures;
  readonly topic: Topic;
  /** Of `notify`: `false` where nobody asked. */
  readonly webhook: WebhookAt | false;
  readonly secretOf: (secret: string) => Promise<string>;
  readonly missing?: () => Promise<string | undefined>;
}

/** The port, with the parts of it that people ask for by themselves. */
export function platformOf(situation: Situation, parts: CloudParts) {
  const { settings, spec, outputs, log } = situation;
  const { store } = outputs;
  const { registry, endpoint, alarms, captures } = parts;
  const where = { spec, endpoint: settings.endpoint, outputs };
  const runs = parts.runs(concluder(where), longestPeriod(specOf(situation, 0)));
  const world = { spec, settings, store, registry, captures, endpoint: () => endpoint.view() };
  const pipeline = spec.pipelines[spec.endpoints[settings.endpoint]!.model]!;
  const dataset = new Dataset({
    ...{ store, name: pipeline.dataset, endpoint: settings.endpoint },
    dataset: spec.datasets[pipeline.dataset]!,
  });
  const notifier = notifierOf(situation, parts);
  const platform = new CloudPlatform({
    name: settings.endpoint,
    rollout: parts.rollout,
    ...{ store, runs, registry, endpoint, alarms, notifier, log },
    health: parts.health,
    look: () => dataset.look(milliseconds(pipeline.history)),
    newRun: (action) => newRun(world, action),
    madeBy: (action, listed) => madeBy(where, action, listed),
  });
  return { platform, notifier, runs };
}

export function hostOf(situation: Situation, parts: CloudParts): LoopHost {
  const { target, settings, spec, outputs, clock, log } = situation;
  const { endpoint, alarms, missing } = parts;
  return new LoopHost({
    ...{ target, settings, spec, store: outputs.store, endpoint, alarms, clock, log },
    ...platformOf(situation, parts),
    ...(missing && { missing }),
  });
}

const EVERYTHING: readonly Notice[] = ['alarm', 'rejected', 'failed', 'rolled-out'];

/** There is a topic in any case: where the spec asks for no notices, whoever subscribes to it gets all. */
function notifierOf(
  { settings, spec, outputs, clock, log }: Situation,
  { topic, webhook, secretOf }: CloudParts,
): Notifier {
  const { system, endpoint } = settings;
  const { notify } = spec.endpoints[endpoint]!;
  return new Notifier({
    ...{ system, endpoint, store: outputs.store, topic, clock, log },
    on: notify ? notify.on : EVERYTHING,
    webhook: webhook ? new Webhook(webhook, secretOf) : undefined,
  });
}
