/** Loads what the target AWS needs, which is not installed with the command: AWS's own clients. */
import { UserError } from '../../constructs/spec';
import { isInstalled } from '../cloud/installed';
import type { Io, Place } from '../io';
import type { System } from '../targets';

/** What reading and asking takes; a test compares it with what is imported. */
export const PACKAGES: readonly string[] = [
  'application-auto-scaling',
  'cloudformation',
  'cloudwatch',
  'lambda',
  's3',
  'sagemaker',
  'secrets-manager',
  'sns',
].map((service) => `@aws-sdk/client-${service}`);

export async function openAws(place: Place, io: Io): Promise<System> {
  const missing = PACKAGES.filter((name) => !isInstalled(name));
  if (missing.length > 0)
    throw new UserError(
      `--target aws needs AWS's clients, and some are not installed: npm install ${missing.join(' ')}`,
    );
  // On Node 20 they would print eight lines about a Node of the future before each answer.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- whoever does not use AWS does not load its clients
  return (require('./system') as typeof import('./system')).openSystem(place, io);
}
