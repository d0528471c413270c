/** What was provisioned, as the loop gets to know it: physical names and what shapes a deployment. Both halves of this target share it. */

/** The loop's environment variable `MLOPS_SETTINGS`, as JSON; Cloud Run allows 32 KB for one variable. */
export interface LoopSettings {
  /** The prefix of all names; label `system` of the gauges. */
  readonly system: string;
  /** In the spec. */
  readonly endpoint: string;
  /** Digest of the bundle, the spec and these settings; `release.json` names the one that may act. */
  readonly deployment: string;
  /** Digest of all that shapes a deployment: image, machine, replicas. */
  readonly revision: string;
  /** Digest of the model code, as in the bucket's layout. */
  readonly code: string;
  /** Its id, as in `projects/PROJECT`. */
  readonly project: string;
  /** Region of everything: `europe-west4`. */
  readonly location: string;
  readonly bucket: string;
  /** In the bucket: the spec that this loop follows. */
  readonly spec: string;
  /** Resource name of the key that all is encrypted with; `false`: Google's own. */
  readonly key: string | false;
  /** Of the Vertex AI endpoint: the last part of its resource name. */
  readonly endpointId: string;
  /** In the model registry, of all versions: the last part of its resource name. */
  readonly modelId: string;
  /** In the bucket: documents of the pipelines, named by their contents. */
  readonly pipelines: {
    readonly training: string;
    /** By monitor. */
    readonly monitors: Readonly<Record<string, string>>;
    /** Where `rollout.rollBackOn.quality` judges trials. */
    readonly trial: string | false;
  };
  /** E-mail addresses of the service accounts that jobs and servers run as. */
  readonly accounts: { readonly train: string; readonly monitor: string; readonly serve: string };
  /** Reference of the image that serves. */
  readonly image: string;
  /** Where Cloud Build builds it: resource name of the tag that is there when it is built. `false`: it exists. */
  readonly awaited: string | false;
  readonly serving: Serving;
  /** Network attachment that jobs reach private networks by; `false`: none. */
  readonly networkAttachment: string | false;
  /** `PROJECT.DATASET.TABLE` of the requests and responses that are logged. */
  readonly requestLog: string;
  /** Resource names of alert policies by what the loop calls them: each monitor, and the user's own that retrain. */
  readonly alarms: Readonly<Record<string, string>>;
  /** Resource name of the Pub/Sub topic that notices are published to. */
  readonly topic: string;
  /** Of `notify`: the webhook's address, or the resource name of the secret version that holds it; `false` where nobody asked. */
  readonly webhook: { readonly url: string } | { readonly secret: string } | false;
}

/** How the endpoint serves. */
export interface Serving {
  /** Such as `n1-standard-2`. */
  readonly machine: string;
  readonly replicas: { readonly min: number; readonly max: number };
  /** Percent of the processors' time that autoscaling aims at. */
  readonly cpuTarget: number;
}

/**
 * What the loop publishes as `custom.googleapis.com/mlops/<gauge>`, by labels `system` and `endpoint`; `degraded` by `monitor` too.
 * `degraded` is 1 while a monitor's last windows are violated; `run_failed` and `monitor_failed` are 1 while the newest run of that
 * kind failed lately; `looked` is 1 at each look.
 */
export type Gauge = 'degraded' | 'run_failed' | 'monitor_failed' | 'looked';

export const GAUGE_PREFIX = 'custom.googleapis.com/mlops';
