/** Networks: how jobs reach private ones, and who reaches the endpoint. */
import type { Input } from '@pulumi/pulumi';

export interface NetworkOptions {
  /**
   * Resource name of a network attachment of the same region: `projects/PROJECT/regions/REGION/networkAttachments/NAME`. Jobs
   * reach what it reaches. https://cloud.google.com/vertex-ai/docs/general/vpc-psc-i-setup
   * @default - jobs run in Google's own network
   */
  readonly attachment?: Input<string>;
  /** How endpoints are reached. @default - each by a DNS name of its own, with credentials */
  readonly endpoint?: { readonly privateServiceConnect: PrivateEndpoint };
}

/** https://cloud.google.com/vertex-ai/docs/predictions/private-service-connect */
export interface PrivateEndpoint {
  /** Ids of projects that may reach it, beside this one. */
  readonly projects: readonly string[];
}
