/** The clients of a person: region and credentials are found where AWS's own tools find them. */
import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import type { Clients } from './assemble.runtime';
import { noteCall } from './called';

export interface OperatorClients extends Clients {
  readonly cloudformation: CloudFormationClient;
  readonly lambda: LambdaClient;
}

/** None of them has asked for anything yet. */
export const operatorClients = (): OperatorClients => ({
  cloudformation: noting('cloudformation', new CloudFormationClient({})),
  lambda: noting('lambda', new LambdaClient({})),
  s3: noting('s3', new S3Client({})),
  sagemaker: noting('sagemaker', new SageMakerClient({})),
  cloudwatch: noting('cloudwatch', new CloudWatchClient({})),
  // The loop's parts ask for them; reading a record calls none of them.
  scaling: noting('application-autoscaling', new ApplicationAutoScalingClient({})),
  sns: noting('sns', new SNSClient({})),
  secrets: noting('secretsmanager', new SecretsManagerClient({})),
});

interface Client {
  readonly config: { readonly region: () => Promise<string> };
  send(command: never): Promise<unknown>;
}

/** Where IAM's word is another one than the call's. */
const ACTIONS: Readonly<Record<string, string>> = { 's3:ListObjectsV2': 's3:ListBucket' };

/** Its errors are noted with the call that they came from. */
export function noting<C extends object>(service: string, client: C): C {
  const plain = client as unknown as Client;
  const send = plain.send.bind(client) as (command: object) => Promise<unknown>;
  const noted = async (command: object): Promise<unknown> => {
    try {
      return await send(command);
    } catch (error) {
      const action = `${service}:${command.constructor.name.replace(/Command$/, '')}`;
      const region = await plain.config.region().catch(() => undefined);
      noteCall(error, { action: ACTIONS[action] ?? action, region });
      throw error;
    }
  };
  return Object.assign(client, { send: noted });
}
