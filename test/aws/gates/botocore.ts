/** The project's checks by AWS's own service models: scripts in Python that need botocore. */
import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { pythonEnvironment } from '../../../constructs/local/python';

const SCRIPTS = join(__dirname, '../../../scripts');

/** What a script complains of; empty where all is right. */
export type Complaints = (script: string, ...args: readonly string[]) => string;

/** With an interpreter that is made once below MLOPS_CACHE. Throws where it cannot be had. */
export async function botocore(): Promise<Complaints> {
  const stateDir = resolve(process.env['MLOPS_CACHE'] ?? join(homedir(), '.cache/mlops-constructs'), 'botocore');
  const requirements = [join(__dirname, 'botocore.txt')];
  const { python } = await pythonEnvironment({ requirements, stateDir, log: () => undefined });
  return (script, ...args) => {
    const { status, stdout, stderr, error } = spawnSync(python, [join(SCRIPTS, script), ...args], { encoding: 'utf8' });
    return status === 0 ? '' : stdout + stderr + (error?.message ?? '');
  };
}
