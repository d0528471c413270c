/** Whether an emulator knows a resource, seen from a stack that has only that. */
import { CreateStackCommand, DescribeStackEventsCommand } from '@aws-sdk/client-cloudformation';
import type { Clients } from './clients';
import { describe, made } from './stack';
import { alone, kindOf, type Resource } from './template';
import { until } from './waiting';

/** No stack has the name of another. */
let tries = 0;

/** `works`, `left out`, or why it was refused. */
export async function tryAlone(clients: Clients, resource: Resource): Promise<string> {
  const name = `tried-${(tries += 1)}-${kindOf(resource).replace(/\W+/g, '-')}`;
  const template = alone(resource);
  const capabilities = { Capabilities: ['CAPABILITY_NAMED_IAM' as const] };
  try {
    await clients.stacks.send(
      new CreateStackCommand({ StackName: name, TemplateBody: JSON.stringify(template), ...capabilities }),
    );
  } catch (error) {
    return (error as Error).message;
  }
  const status = await until(`the end of ${name}`, async () => {
    const now = (await describe(clients, name))?.StackStatus;
    return now !== undefined && !now.endsWith('IN_PROGRESS') && now;
  });
  if (status === 'CREATE_COMPLETE') return (await made(clients, name, template)).has('Tried') ? 'works' : 'left out';
  const { StackEvents = [] } = await clients.stacks.send(new DescribeStackEventsCommand({ StackName: name }));
  return StackEvents.map(({ ResourceStatusReason = '' }) => ResourceStatusReason).join('\n');
}
