/** A deployed stack, as CloudFormation's emulator describes it. */
import {
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import type { Clients } from './clients';
import type { Template } from './template';

/** A resource of the template and what was created for it. */
export interface Made {
  readonly logicalId: string;
  readonly type: string;
  /** Empty where the emulator gives none: moto's permissions of functions. */
  readonly physicalId: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** Whether it is to stay when the stack is deleted. */
  readonly retained: boolean;
}

export async function describe(clients: Clients, name: string): Promise<Stack | undefined> {
  try {
    return (await clients.stacks.send(new DescribeStacksCommand({ StackName: name }))).Stacks?.[0];
  } catch (error) {
    if (/does not exist/.test((error as Error).message)) return undefined;
    throw error;
  }
}

/** What was made, by logical id. What an emulator skipped has no type there, and is not among them. */
export async function made(clients: Clients, name: string, template: Template): Promise<ReadonlyMap<string, Made>> {
  const { StackResources = [] } = await clients.stacks.send(new DescribeStackResourcesCommand({ StackName: name }));
  const found = StackResources.flatMap(({ LogicalResourceId: logicalId, ResourceType: type, PhysicalResourceId }) => {
    const resource = template.Resources[logicalId ?? ''];
    if (!logicalId || !type || !resource) return [];
    const { Properties: properties = {}, DeletionPolicy } = resource;
    const one = { logicalId, type, physicalId: PhysicalResourceId ?? '', properties };
    return [[logicalId, { ...one, retained: DeletionPolicy === 'Retain' }] as const];
  });
  return new Map(found);
}

/** Of all events so far: one that changes nothing leaves none. */
export async function eventCount(clients: Clients, name: string): Promise<number> {
  let count = 0;
  let NextToken: string | undefined;
  do {
    const page = await clients.stacks.send(new DescribeStackEventsCommand({ StackName: name, NextToken }));
    count += page.StackEvents?.length ?? 0;
    NextToken = page.NextToken;
  } while (NextToken);
  return count;
}
