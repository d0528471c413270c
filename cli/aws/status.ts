/** What `mlops status` shows of a system on AWS: what one look sees, and what the loop itself said last. */
import type { DeployedSystem } from '../../constructs/aws/stack.runtime';
import { statusOf, type EndpointStatus } from '../status-view';
import type { Status } from '../targets';
import type { Loop } from './system';
import { lookedText } from './words';

export async function statusOnAws({ stack, region, state }: DeployedSystem, loops: readonly Loop[]): Promise<Status> {
  const { system } = loops[0]!.settings;
  return {
    heading: [`${system} runs in ${region}: stack ${stack} (${state})`],
    facts: { name: system, stack, region, state },
    endpoints: await Promise.all(loops.map((loop) => statusOfLoop(loop, region))),
  };
}

async function statusOfLoop(loop: Loop, region: string): Promise<EndpointStatus> {
  const { endpoint, record } = loop;
  const [{ at, observed, decision }, signs] = await Promise.all([record.look(), record.signs()]);
  const { waits = decision.waits } = signs;
  return {
    ...statusOf(endpoint, at, observed, { ...decision, waits }),
    loop: lookedText(loop, signs, at, region),
  };
}
