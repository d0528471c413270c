/** moto hands a custom resource to its function, but runs functions in Docker only: somebody must answer in its place. */
import { authorization, type Clients } from './clients';
import { REGION } from './emulators';
import { describe, made } from './stack';
import type { Template } from './template';
import { until } from './waiting';

const NOT_BY_ITSELF = 8;

/**
 * Answers SUCCESS for each custom resource of a stack that is being created, without having done anything for it, and returns
 * their logical ids. Before that it sees that the stack waits for them: nobody else would have answered. To be called when
 * moto has answered CreateStack: whoever asks it for a stack that it is still making has the rest made twice.
 */
export async function answerInTheirPlace(
  clients: Clients,
  stack: string,
  template: Template,
): Promise<readonly string[]> {
  const ids = Object.entries(template.Resources).flatMap(([id, { Type }]) => (Type.startsWith('Custom::') ? [id] : []));
  const there = await made(clients, stack, template);
  const missing = ids.filter((id) => !there.has(id));
  if (missing.length > 0) throw new Error(`moto made no custom resource of ${missing.join(', ')}`);
  const { StackId } = (await describe(clients, stack))!;
  for (let looks = 0; looks < NOT_BY_ITSELF; looks += 1) {
    const status = (await describe(clients, stack))?.StackStatus;
    if (status !== 'CREATE_IN_PROGRESS')
      throw new Error(`${stack} is ${status}: its custom resources were answered already`);
    await until('a moment', async () => true, { tries: 1 });
  }
  for (const LogicalResourceId of ids) {
    const url = `${clients.endpoint}/cloudformation_${REGION}/cfnresponse?stack=${encodeURIComponent(StackId!)}`;
    const response = await fetch(url, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', authorization: authorization('cloudformation') },
      body: JSON.stringify({ Status: 'SUCCESS', StackId, LogicalResourceId, Data: {} }),
    });
    if (!response.ok)
      throw new Error(`moto took no answer for ${LogicalResourceId}: ${response.status} ${await response.text()}`);
  }
  return ids;
}
