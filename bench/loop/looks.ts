/** Looks at endpoints in one process, each by a loop of its own: looks.ts, with a JSON of `Looks` on its standard input. */
import { readFileSync } from 'node:fs';
import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { assemble } from '../../constructs/aws/assemble.runtime';
import type { LoopHost } from '../../runtime/cloud/loop-host';
import type { LoopSettings } from '../../constructs/aws/settings';
import type { ResolvedMlops } from '../../constructs/spec/mlops';

export interface Looks {
  /** One cloud for each endpoint. */
  readonly urls: readonly string[];
  readonly settings: LoopSettings;
  readonly spec: ResolvedMlops;
  readonly now: number;
}

/** Milliseconds. */
export interface Looked {
  readonly wall: number;
  readonly cpu: number;
  /** Looks that a line of the log tells of. */
  readonly looks: number;
}

let lines: string[] = [];

function hostOf(endpoint: string, { settings, spec, now }: Looks): LoopHost {
  const where = { endpoint };
  return assemble({
    settings,
    spec,
    clients: {
      sagemaker: new SageMakerClient(where),
      s3: new S3Client(where),
      cloudwatch: new CloudWatchClient(where),
      scaling: new ApplicationAutoScalingClient(where),
      sns: new SNSClient(where),
      secrets: new SecretsManagerClient(where),
    },
    clock: () => now,
    log: (line) => lines.push(line),
  });
}

async function timed(work: () => Promise<unknown>): Promise<Looked> {
  lines = [];
  const [start, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wall: performance.now() - start, cpu: (user + system) / 1000, looks: lines.length };
}

async function main(): Promise<void> {
  const given = JSON.parse(readFileSync(0, 'utf8')) as Looks;
  const open = () => given.urls.map((url) => hostOf(url, given));
  const look = (host: LoopHost) => host.run(() => 120_000);
  const inTurn = async (hosts: readonly LoopHost[]) => {
    for (const host of hosts) await look(host);
  };
  const hosts = open();
  // Nothing is compiled, and no connection is open, at the first.
  const first = await timed(() => inTurn(hosts));
  const again = await timed(() => inTurn(hosts));
  const atOnce = await timed(() => Promise.all(open().map(look)));
  console.log(JSON.stringify({ first, again, atOnce }));
}

void main();
