/** What the loop of one endpoint is made with. */
import type { Input, Resource } from '@pulumi/pulumi';
import type * as cloudrunv2 from '@pulumi/gcp/cloudrunv2';
import type * as cloudscheduler from '@pulumi/gcp/cloudscheduler';
import type * as monitoring from '@pulumi/gcp/monitoring';
import type * as pubsub from '@pulumi/gcp/pubsub';
import type { ResolvedMlops } from '../spec/mlops';
import type { Transform } from '../pulumi/options';
import type { AlertTransform } from './alert';
import type { Caller } from './caller';
import type { Endpoint } from './endpoint';
import type { Monitor } from './monitor';
import type { JobAccount } from './job-account';
import type { HostSource } from './options';
import type { Image, Pipeline } from './pipeline';
import type { Place } from './place';
import type { Registry } from './registry';
import type { Signals } from './signals';
import type { Storage } from './storage';
import type { TrainingPipeline } from './training-pipeline';

export interface RetrainLoopProps {
  readonly place: Place;
  readonly spec: ResolvedMlops;
  /** In the spec. */
  readonly endpoint: string;
  readonly storage: Storage;
  readonly registry: Registry;
  readonly training: TrainingPipeline;
  readonly served: Endpoint;
  readonly image: Image;
  /** By their names in the spec. */
  readonly monitors: Readonly<Record<string, Monitor>>;
  /** The jobs of monitors and trials run as it. */
  readonly monitoring: JobAccount;
  /** Where `rollout.rollBackOn.quality` judges trials. */
  readonly trial?: Pipeline | undefined;
  /** What wakes it, beside objects and the tick. */
  readonly signals: Signals;
  /** Notices are published to it. */
  readonly topic: pubsub.Topic;
  /** Who calls the service. */
  readonly caller: Caller;
  /** Told of alerts about the loop itself. @default [] */
  readonly channels?: readonly Input<string>[];
  /** Alert policies of the user's own that start a training too, by a name of theirs. @default {} */
  readonly retrainOn?: Readonly<Record<string, Input<string>>>;
  /** Resource name of the version of the secret that holds the webhook's address. */
  readonly webhook?: string | undefined;
  /** Network attachment that jobs reach private networks by. @default - none */
  readonly networkAttachment?: Input<string> | undefined;
  /** What must be there before it looks, such as rows. @default [] */
  readonly after?: readonly Resource[];
  /** @default { kind: 'zip' } */
  readonly host?: HostSource;
  readonly transform?: RetrainLoopTransform | undefined;
}

export interface RetrainLoopTransform {
  readonly service?: Transform<cloudrunv2.ServiceArgs>;
  readonly alert?: AlertTransform;
  readonly schedule?: Transform<cloudscheduler.JobArgs>;
}

/** All alerts that the loop knows by name. */
export const alarmsOf = ({ monitors, retrainOn = {} }: RetrainLoopProps): Readonly<Record<string, Input<string>>> => ({
  ...Object.fromEntries(Object.entries(monitors).map(([name, { alert }]) => [name, alert.name satisfies Named])),
  ...retrainOn,
});

type Named = monitoring.AlertPolicy['name'];
