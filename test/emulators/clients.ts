/** The SDK's clients for one emulator, and plain calls for the services whose client is no dependency of ours. */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SNSClient } from '@aws-sdk/client-sns';
import { REGION } from './emulators';

/** An answer that is wrong once is a finding, unless somebody has a reason to try again. */
const ONCE = 1;

const common = (endpoint: string, maxAttempts: number) => ({
  endpoint,
  region: REGION,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts,
});

export const sagemakerClient = (endpoint: string, maxAttempts = ONCE): SageMakerClient =>
  new SageMakerClient(common(endpoint, maxAttempts));

export type Clients = ReturnType<typeof clientsOf>;

export function clientsOf(endpoint: string, maxAttempts = ONCE) {
  const config = common(endpoint, maxAttempts);
  return {
    endpoint,
    alarms: new CloudWatchClient(config),
    events: new EventBridgeClient(config),
    functions: new LambdaClient(config),
    objects: new S3Client({ ...config, forcePathStyle: true }),
    stacks: new CloudFormationClient(config),
    topics: new SNSClient(config),
  };
}

/** @param target - `<service's prefix>.<operation>`, as in the header that names an operation */
export async function callJson(endpoint: string, service: string, target: string, body: object): Promise<object> {
  const response = await call(endpoint, service, 'application/x-amz-json-1.1', JSON.stringify(body), target);
  return JSON.parse(response) as object;
}

/** An operation of IAM or SQS, as a form; answers with XML. */
export const callQuery = (endpoint: string, service: string, form: Readonly<Record<string, string>>): Promise<string> =>
  call(endpoint, service, 'application/x-www-form-urlencoded', new URLSearchParams(form).toString());

/** The emulators look at the service and the region, and never at the signature. */
export const authorization = (service: string): string =>
  `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/${service}/aws4_request, SignedHeaders=host, Signature=0`;

async function call(endpoint: string, service: string, type: string, body: string, target?: string): Promise<string> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': type,
      ...(target !== undefined && { 'x-amz-target': target }),
      authorization: authorization(service),
    },
    body,
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${service} ${target ?? body}: ${response.status} ${text.slice(0, 300)}`);
  return text;
}
