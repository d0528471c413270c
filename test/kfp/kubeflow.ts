/** The Python that has Kubeflow's SDK, and scripts that it runs. */
import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { pythonEnvironment } from '../../constructs/local/python';

const ROOT = join(__dirname, '../..');

/** An interpreter that has Kubeflow's SDK, made once below MLOPS_CACHE. Throws where it cannot be had. */
export async function kubeflow(): Promise<string> {
  const stateDir = resolve(process.env['MLOPS_CACHE'] ?? join(homedir(), '.cache/mlops-constructs'), 'kfp');
  const requirements = [join(__dirname, 'requirements.txt')];
  return (await pythonEnvironment({ requirements, stateDir, log: () => undefined })).python;
}

/** Runs a script of ours. Throws what it printed where it fails. */
export function runScript(python: string, script: string, args: readonly string[], path = process.env['PATH']): string {
  const { status, stdout, stderr, error } = spawnSync(python, [join(ROOT, script), ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, PATH: path, PYTHONDONTWRITEBYTECODE: '1' },
  });
  if (status !== 0) throw new Error(`${script} ended with ${status}:\n${stdout}${stderr}${error?.message ?? ''}`);
  return stdout;
}
