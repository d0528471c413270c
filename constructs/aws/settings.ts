/** What was provisioned, as the loop gets to know it: physical names and what shapes a deployment. Both halves of this target share it. */

/** The loop's environment variable `MLOPS_SETTINGS`, as JSON; Lambda allows 4 KB for all variables. */
export interface LoopSettings {
  /** The prefix of all names: dimension `System` of the gauges. */
  readonly system: string;
  /** In the spec. */
  readonly endpoint: string;
  readonly endpointName: string;
  /** Digest of the bundle, the spec and these settings; `release.json` names the one that may act. */
  readonly deployment: string;
  /** Digest of all that shapes a deployment: image, machine, replicas, environment. */
  readonly revision: string;
  /** Digest of the model code, as in the bucket's layout. */
  readonly code: string;
  readonly bucket: string;
  /** ARN of the key that everything is encrypted with. */
  readonly key: string;
  /** Names of SageMaker pipelines. */
  readonly pipelines: {
    readonly training: string;
    /** By monitor. */
    readonly monitors: Readonly<Record<string, string>>;
    /** Where `rollout.rollBackOn.quality` judges trials. */
    readonly trial: string | false;
  };
  readonly packageGroup: string;
  /** Reference of the image that serves. */
  readonly image: string;
  /** ARN of the execution role of the models. */
  readonly serveRole: string;
  readonly serving: Serving;
  /** Private subnets and security groups of the models; `false`: SageMaker's own network. */
  readonly network: Network | false;
  /** Names of alarms by what the loop calls them: each monitor, and the user's own alarms that retrain. */
  readonly alarms: Readonly<Record<string, string>>;
  /** ARN of the topic that notices are published to. */
  readonly topic: string;
  /** Of `notify`: the webhook's address, or the secret that holds it; `false` where nobody asked. */
  readonly webhook: { readonly url: string } | { readonly secret: string } | false;
}

export interface Network {
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
}

/** How the endpoint serves, as SageMaker calls it. */
export type Serving =
  | {
      readonly kind: 'real-time';
      /** Such as `ml.m5.large`. */
      readonly machine: string;
      readonly replicas: Replicas;
      /** Of a replica, invocations a minute that autoscaling aims at. */
      readonly invocationsPerReplica: number;
      /** Percent of the requests that are captured. */
      readonly capture: number;
      readonly isolation: boolean;
      /** Whether the machine's disk takes our key: those with local NVMe do not. */
      readonly volumeKey: boolean;
      readonly guardrails: Guardrails | false;
    }
  | { readonly kind: 'serverless'; readonly memoryMiB: number; readonly maxConcurrency: number }
  | {
      readonly kind: 'asynchronous';
      readonly machine: string;
      readonly replicas: Replicas;
      readonly isolation: boolean;
      readonly volumeKey: boolean;
      readonly maxConcurrentInvocationsPerReplica: number;
    };

export interface Replicas {
  readonly min: number;
  readonly max: number;
}

/** SageMaker moves the traffic itself, and back when one of the alarms rings. */
export interface Guardrails {
  /** Percent of the capacity; 100: all at once. */
  readonly canary: number;
  readonly waitSeconds: number;
  readonly alarms: readonly string[];
}

export const GAUGE_NAMESPACE = 'MlopsConstructs';

/**
 * What the loop publishes, by dimensions System and Endpoint; `Degraded` by Monitor too. `Degraded` is 1 while a monitor's
 * last windows are violated; `RunFailed` and `MonitorFailed` are 1 while the newest run of that kind failed lately; `Looked`
 * is 1 at each look.
 */
export type Gauge = 'Degraded' | 'RunFailed' | 'MonitorFailed' | 'Looked';
