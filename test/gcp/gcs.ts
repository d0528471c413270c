/** Cloud Storage for acceptance runs: fake-gcs-server on a free loopback port, in memory, gone with this process. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installFakeGcs } from '../../scripts/fake-gcs';
import { freePort, start } from '../emulators/processes';

export interface Gcs {
  /** Base of its REST address, without a slash at its end. */
  readonly url: string;
  stop(): Promise<void>;
}

/** @param buckets that it has from the start. */
export async function startGcs(buckets: readonly string[], log: (line: string) => void = console.log): Promise<Gcs> {
  const program = await installFakeGcs(log);
  const folder = await mkdtemp(join(tmpdir(), 'fake-gcs-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const where = ['-scheme', 'http', '-host', '127.0.0.1', '-port', String(port), '-public-host', `127.0.0.1:${port}`];
  const server = await start({
    name: 'fake-gcs-server',
    command: [program, '-backend', 'memory', '-data', join(folder, 'none'), '-external-url', url, ...where],
    variables: {},
    ...{ ready: `${url}/storage/v1/b?project=none`, log: join(folder, 'log') },
  });
  const stop = async (): Promise<void> => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  for (const name of buckets) {
    const made = await fetch(`${url}/storage/v1/b?project=none`, { method: 'POST', body: JSON.stringify({ name }) });
    if (!made.ok) {
      await stop();
      throw new Error(`fake-gcs-server made no bucket ${name}: ${await made.text()}`);
    }
  }
  return { url, stop };
}
