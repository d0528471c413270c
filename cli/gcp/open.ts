/** Loads what the target Google Cloud needs, which is not installed with the command: Google's library for credentials. */
import { UserError } from '../../constructs/spec';
import { isInstalled } from '../cloud/installed';
import type { Io, Place } from '../io';
import type { System } from '../targets';

/** What reading and asking takes; a test compares it with what is imported. */
export const PACKAGES: readonly string[] = ['google-auth-library'];

export async function openGcp(place: Place, io: Io): Promise<System> {
  const missing = PACKAGES.filter((name) => !isInstalled(name));
  if (missing.length > 0)
    throw new UserError(
      `--target gcp needs Google's library for credentials, which is not installed: npm install ${missing.join(' ')}`,
    );
  // Where nobody is signed in, the library looks for a metadata server: for seconds, and with a warning, on a machine that is no
  // machine of Google's. https://github.com/googleapis/google-cloud-node-core/tree/main/packages/gcp-metadata#environment-variables
  process.env['METADATA_SERVER_DETECTION'] ||= 'bios-only';
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- whoever does not use Google Cloud does not load it
  return (require('./system') as typeof import('./system')).openSystem(place, io);
}
