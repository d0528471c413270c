/** Google Cloud's rules for names. */
import { fittingName } from '../packaging/names';

interface Rule {
  readonly longest: number;
  /** Where hyphens are no part of a name: what stands for them. */
  readonly hyphen?: '_';
}

/** All of them allow lower-case letters and digits, and hyphens unless it says otherwise. */
const RULES = {
  /** Of a service account; 6 at least. https://cloud.google.com/iam/docs/service-accounts-create */
  account: { longest: 30 },
  /** https://cloud.google.com/storage/docs/buckets#naming */
  bucket: { longest: 63 },
  /** Of BigQuery. https://cloud.google.com/bigquery/docs/datasets#dataset-naming */
  dataset: { longest: 1024, hyphen: '_' },
  /** https://docs.cloud.google.com/gemini-enterprise-agent-platform/machine-learning/predictions/choose-endpoint-type */
  endpoint: { longest: 63 },
  /** Of a key or a key ring. https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings/create */
  key: { longest: 63 },
  /** Of the model registry; all versions have it. */
  model: { longest: 63 },
  /** Of Artifact Registry. https://cloud.google.com/artifact-registry/docs/repositories/create-repos */
  repository: { longest: 63 },
  /** Of a custom role. https://cloud.google.com/iam/docs/creating-custom-roles */
  role: { longest: 64, hyphen: '_' },
  /** Of Cloud Scheduler. https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs */
  schedule: { longest: 500 },
  /** Of Cloud Run. https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services/create */
  service: { longest: 49 },
  /** Of Cloud Logging. https://cloud.google.com/logging/docs/reference/v2/rest/v2/projects.sinks */
  sink: { longest: 100 },
  /** https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names */
  subscription: { longest: 255 },
  topic: { longest: 255 },
  /** Of Cloud Build. https://cloud.google.com/build/docs/api/reference/rest/v1/projects.triggers */
  trigger: { longest: 64 },
} as const satisfies Readonly<Record<string, Rule>>;

export type NameKind = keyof typeof RULES;

export function physicalName(kind: NameKind, ...parts: readonly string[]): string {
  const { longest, hyphen }: Rule = RULES[kind];
  const name = fittingName(longest, ...parts);
  return hyphen === undefined ? name : name.replaceAll('-', hyphen);
}
