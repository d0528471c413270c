/** What of Google Cloud the spec does not say: project, region, networks, machines and what exists already. */
import type { Input } from '@pulumi/pulumi';
import type * as bigquery from '@pulumi/gcp/bigquery';
import type * as cloudrunv2 from '@pulumi/gcp/cloudrunv2';
import type * as cloudscheduler from '@pulumi/gcp/cloudscheduler';
import type * as monitoring from '@pulumi/gcp/monitoring';
import type * as pubsub from '@pulumi/gcp/pubsub';
import type * as vertex from '@pulumi/gcp/vertex';
import type { Transform } from '../pulumi/options';
import type { DatasetOptions } from './datasets';
import type { Encryption } from './encryption-key';
import type { ImageSource, ImageTransform } from './image';
import type { MachineSize } from './machines';
import type { NetworkOptions } from './network';
import type { PipelineTransform } from './pipeline';
import type { StorageTransform } from './storage';

export interface GcpOptions {
  /** Folder that relative paths of the spec start at: `__dirname` of the spec. */
  readonly root: string;
  /** Id of the project that holds everything: `my-project`. */
  readonly project: string;
  /** Its number, which Google's own accounts are named by: `gcloud projects describe PROJECT --format='value(projectNumber)'`. */
  readonly projectNumber: string;
  /** Region of everything: `europe-west4`. */
  readonly location: string;
  /**
   * Told apart in all names, where one project holds the same system more than once: `dev`.
   * @default - names begin with the spec's own name
   */
  readonly environment?: string;
  /**
   * Name of a bucket that exists: with uniform access, since rights are given by folder, and in the same region.
   * @default - a private, versioned bucket of its own
   */
  readonly bucket?: Input<string>;
  /**
   * Google's own keys, a key of its own that is rotated every 90 days (`'customer'`), or one that exists.
   * @default 'google'
   */
  readonly encryption?: Encryption;
  /** @default {} */
  readonly network?: NetworkOptions;
  /**
   * Where the images come from: built by Cloud Build, by this machine's Docker, or by digest.
   * @default { kind: 'cloud-build' }
   */
  readonly image?: ImageSource;
  /**
   * What the loops run on.
   * @default { kind: 'zip' }
   */
  readonly host?: HostSource;
  /** By dataset. @default {} */
  readonly datasets?: Readonly<Record<string, DatasetOptions>>;
  /** By pipeline. @default {} */
  readonly pipelines?: Readonly<Record<string, PipelineOptions>>;
  /** By endpoint. @default {} */
  readonly endpoints?: Readonly<Record<string, EndpointOptions>>;
  /** Pipelines that score rows with a version, by a name of your own. @default {} */
  readonly batch?: Readonly<Record<string, BatchOptions>>;
  /** Told of alerts. @default [] */
  readonly emails?: readonly string[];
  /** On all that can have labels, beside `mlops_system`. @default {} */
  readonly labels?: Readonly<Record<string, string>>;
  readonly transform?: GcpTransform;
}

/** What a loop's service is made of. */
export type HostSource =
  /** The program alone, which Cloud Run starts on a Node.js of its own. */
  | { readonly kind: 'zip' }
  /** An image with Node.js 20 or newer, into which the program is mounted from the bucket. */
  | {
      readonly kind: 'image';
      /** `REGION-docker.pkg.dev/PROJECT/REPOSITORY/NAME@sha256:…` */
      readonly reference: string;
    };

export interface PipelineOptions {
  /** Of this pipeline. @default - as for all */
  readonly image?: ImageSource;
  /** Cores and memory by task; Vertex AI picks the machine. @default - what the task asks for */
  readonly machines?: Readonly<Record<string, MachineSize>>;
}

export interface EndpointOptions {
  /**
   * Machine type of the servers.
   * https://docs.cloud.google.com/gemini-enterprise-agent-platform/machine-learning/predictions/configure-compute
   * @default 'e2-standard-2'
   */
  readonly machine?: string;
  /**
   * Alert policies of your own that start a training too, within the spec's cooldown and cap: revenue, complaints. By a name of
   * yours; resource names, such as `policy.name`.
   * @default {}
   */
  readonly retrainOn?: Readonly<Record<string, Input<string>>>;
  /**
   * Resource name of the secret's version that holds the address of the webhook, where the spec's `notify` names a variable:
   * `projects/PROJECT/secrets/NAME/versions/latest`.
   * @default - none
   */
  readonly webhook?: string;
}

export interface BatchOptions {
  /** Name of the pipeline whose versions score. */
  readonly pipeline: string;
  /** Cores and memory. @default - one core */
  readonly machine?: MachineSize;
}

/** Changes what is about to be made: each is given the arguments and returns those that are used. */
export interface GcpTransform extends StorageTransform, ImageTransform, PipelineTransform {
  readonly endpoint?: Transform<vertex.AiEndpointArgs>;
  readonly requestLog?: Transform<bigquery.DatasetArgs>;
  readonly alert?: Transform<monitoring.AlertPolicyArgs>;
  readonly topic?: Transform<pubsub.TopicArgs>;
  readonly service?: Transform<cloudrunv2.ServiceArgs>;
  readonly schedule?: Transform<cloudscheduler.JobArgs>;
  readonly dashboard?: Transform<monitoring.DashboardArgs>;
}
