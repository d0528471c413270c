/** The function that hosts the loop of one endpoint: an event says only "look now", and what it says is not read. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import type { ResolvedMlops } from '../spec/mlops';
import type { Remaining } from './answer.runtime';
import { assemble } from './assemble.runtime';
import type { LoopHost } from '../../runtime/cloud/loop-host';
import type { LoopSettings } from './settings';

let host: LoopHost | undefined;

export async function handler(_event: unknown, context: Remaining): Promise<void> {
  host ??= open();
  await host.run(() => context.getRemainingTimeInMillis());
}

/** The settings are in the environment, the spec is beside the program. */
function open(): LoopHost {
  const given = process.env['MLOPS_SETTINGS'];
  if (given === undefined) throw new Error('MLOPS_SETTINGS: got nothing, expected the settings that the stack gives');
  const settings = JSON.parse(given) as LoopSettings;
  const spec = JSON.parse(readFileSync(join(__dirname, 'spec.json'), 'utf8')) as ResolvedMlops;
  return assemble({
    settings,
    spec,
    clients: {
      sagemaker: new SageMakerClient({}),
      s3: new S3Client({}),
      cloudwatch: new CloudWatchClient({}),
      scaling: new ApplicationAutoScalingClient({}),
      sns: new SNSClient({}),
      secrets: new SecretsManagerClient({}),
    },
    clock: Date.now,
    log: (line) => console.log(line),
  });
}
