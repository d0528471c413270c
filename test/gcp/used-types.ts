/** The resource types of Google Cloud that the constructs use: the recorder and the stub provider refuse all others. */
import { schemaOf, type Schema, type UsedTypes } from '../pulumi/schema';

export const USED_TYPES = {
  artifactregistry: ['Repository', 'RepositoryIamMember'],
  bigquery: ['Dataset', 'DatasetIamMember'],
  cloudbuild: ['Trigger'],
  cloudrunv2: ['Service', 'ServiceIamMember'],
  cloudscheduler: ['Job'],
  kms: ['CryptoKey', 'CryptoKeyIAMMember', 'KeyRing'],
  logging: ['ProjectSink'],
  monitoring: ['AlertPolicy', 'Dashboard', 'NotificationChannel'],
  projects: ['IAMCustomRole', 'IAMMember', 'Service', 'ServiceIdentity'],
  pubsub: ['Subscription', 'Topic', 'TopicIAMMember'],
  secretmanager: ['SecretIamMember'],
  serviceaccount: ['Account', 'IAMMember'],
  storage: ['Bucket', 'BucketIAMMember', 'BucketObject', 'Notification'],
  vertex: ['AiEndpoint', 'AiEndpointIamMember'],
} as const satisfies UsedTypes;

export const gcpSchema = (): Schema => schemaOf('@pulumi/gcp', USED_TYPES);
