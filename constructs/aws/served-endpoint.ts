/** What others need to know of an endpoint, whoever made it. */
import { Stack } from 'aws-cdk-lib/core';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct, type IConstruct } from 'constructs';
import { allow, mayRead, mayWrite, type BucketAndKey } from './access';
import type { EndpointKind } from './endpoint-kind';

export interface ServedEndpoint extends IConstruct {
  readonly endpointName: string;
  /** In the spec: captures and reports lie in folders of this name. */
  readonly endpoint: string;
  readonly kind: EndpointKind['kind'];
  /** Names of its variants. */
  readonly slots: readonly string[];
  /** Where its captured requests are; `false`: they are not captured. */
  readonly captures: Captures | false;
  /** Whether it is there when the stack has been deployed, or once the loop has made it. */
  readonly exists: 'when deployed' | 'once a version is live';
  /** For whoever asks it: on exactly this endpoint. */
  invokeStatements(): iam.PolicyStatement[];
}

export interface Captures {
  readonly bucket: s3.IBucket;
  readonly folder: string;
  /** What they are encrypted with. @default - S3's own key */
  readonly key?: kms.IKey;
}

/** Names of SageMaker are found in any case, ARNs have them in lower case. */
export const endpointArn = (scope: Construct, endpointName: string): string =>
  Stack.of(scope).formatArn({ service: 'sagemaker', resource: 'endpoint', resourceName: endpointName.toLowerCase() });

export const mayInvoke = (scope: Construct, endpointName: string): iam.PolicyStatement[] => [
  allow('Invoke', ['sagemaker:InvokeEndpoint'], [endpointArn(scope, endpointName)]),
];

/** Folders through which an asynchronous endpoint is asked, and answers. */
export const exchange = {
  requests: (endpoint: string) => `responses/${endpoint}/requests`,
  answers: (endpoint: string) => `responses/${endpoint}/answers`,
  failures: (endpoint: string) => `responses/${endpoint}/failures`,
} as const;

/** Who asks asynchronously puts the request into the bucket, and reads the answer there. */
export const mayInvokeAsynchronously = (
  scope: Construct,
  { endpointName, endpoint }: Pick<ServedEndpoint, 'endpointName' | 'endpoint'>,
  storage: BucketAndKey,
): iam.PolicyStatement[] => [
  allow('Invoke', ['sagemaker:InvokeEndpointAsync'], [endpointArn(scope, endpointName)]),
  ...mayWrite(storage, [exchange.requests(endpoint)]),
  ...mayRead(storage, [exchange.answers(endpoint), exchange.failures(endpoint)]),
];

export interface ExistingEndpointProps {
  readonly endpointName: string;
  /** What its captures and reports are filed under. @default - `endpointName` */
  readonly endpoint?: string;
  /** @default 'real-time' */
  readonly kind?: 'real-time' | 'serverless';
  /** Of its one variant. @default 'AllTraffic', as SageMaker's Python SDK names it */
  readonly variantName?: string;
  /** Where its data capture writes to. @default false */
  readonly captures?: Captures | false;
}

/** An endpoint of this account and region that somebody else made. Nothing of it is in the template. */
export class ExistingEndpoint extends Construct implements ServedEndpoint {
  readonly endpointName: string;
  readonly endpoint: string;
  readonly kind: 'real-time' | 'serverless';
  readonly slots: readonly string[];
  readonly captures: Captures | false;
  readonly exists = 'when deployed';

  constructor(scope: Construct, id: string, props: ExistingEndpointProps) {
    super(scope, id);
    const {
      endpointName,
      endpoint = endpointName,
      kind = 'real-time',
      variantName = 'AllTraffic',
      captures = false,
    } = props;
    this.endpointName = endpointName;
    this.endpoint = endpoint;
    this.kind = kind;
    this.slots = [variantName];
    this.captures = captures;
  }

  invokeStatements(): iam.PolicyStatement[] {
    return mayInvoke(this, this.endpointName);
  }
}
