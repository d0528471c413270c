/** What comes back of a deployment: names, by the spec's own names. */
import type { Output } from '@pulumi/pulumi';

/** Also outputs of the component: a program passes on those that it wants to show. */
export interface GcpOutputs {
  readonly bucket: Output<string>;
  /** Resource name of the topic that notices are published to. */
  readonly topic: Output<string>;
  /** Paths of the pipelines' documents in the bucket. */
  readonly pipelines: Readonly<Record<string, Output<string>>>;
  /** Ids in the model registry, by pipeline. */
  readonly registries: Readonly<Record<string, string>>;
  /** Ids of Vertex AI endpoints. They serve once the first version is live. */
  readonly endpoints: Readonly<Record<string, Output<string>>>;
  /** Names of the services that host the loops, by endpoint. */
  readonly loops: Readonly<Record<string, Output<string>>>;
}
