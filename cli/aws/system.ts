/** A system on AWS: found by its stack, whose outputs name the functions that host its loops. */
import { operatorClients } from '../../constructs/aws/operator.runtime';
import { recordOf } from '../../constructs/aws/record.runtime';
import { findSystem, type DeployedSystem } from '../../constructs/aws/stack.runtime';
import { S3Store } from '../../constructs/aws/store.runtime';
import { resolve } from '../../constructs/spec';
import { CloudSystem, type Loop, type Words } from '../cloud/system';
import type { Io, Place } from '../io';
import { AwsLogs } from './logs';

export async function openSystem({ spec, stack }: Place, io: Io): Promise<CloudSystem> {
  const resolved = resolve(spec);
  const clients = operatorClients();
  const system = await findSystem(clients, stack ?? resolved.name, resolved.name);
  const loops = system.loops.map(({ settings, logGroup }): Loop => ({
    endpoint: settings.endpoint,
    record: recordOf({ settings, spec: resolved, clients, clock: Date.now }),
    log: `aws logs tail ${logGroup} --since 3h --region ${system.region}`,
  }));
  const parts = {
    words: wordsOf(system),
    loops: loops.sort((a, b) => (a.endpoint < b.endpoint ? -1 : 1)),
    store: new S3Store(clients.s3, system.loops[0]!.settings.bucket),
    logs: new AwsLogs(system),
  };
  return new CloudSystem(parts, io);
}

function wordsOf({ stack, region, state, loops }: DeployedSystem): Words {
  const { system } = loops[0]!.settings;
  return {
    target: 'aws',
    region,
    holder: `the stack ${stack}`,
    heading: `${system} runs in ${region}: stack ${stack} (${state})`,
    facts: { name: system, stack, region, state },
    destroy: {
      removes: 'npx cdk destroy removes the stack',
      without: 'npx cdk destroy removes them without it.',
    },
  };
}
