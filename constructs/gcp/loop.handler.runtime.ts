/** The program that hosts the loop of one endpoint: a Cloud Run service. https://cloud.google.com/run/docs/container-contract */
import type { ResolvedMlops } from '../spec/mlops';
import type { LoopHost } from '../../runtime/cloud/loop-host';
import { assemble } from './assemble.runtime';
import { applicationDefault, Google, urlsOf } from './google.runtime';
import { LoopServer } from './loop-server.runtime';
import type { LoopSettings } from './settings';
import { GcsStore } from './store.runtime';

const log = (line: string): void => console.log(line);

function settingsOf(given: string | undefined): LoopSettings {
  if (given === undefined) throw new Error('MLOPS_SETTINGS: got nothing, expected the settings that the program gives');
  return JSON.parse(given) as LoopSettings;
}

async function main(environment: NodeJS.ProcessEnv): Promise<void> {
  const settings = settingsOf(environment['MLOPS_SETTINGS']);
  const google = new Google({
    auth: applicationDefault(),
    location: settings.location,
    urls: urlsOf(environment),
  });
  let host: LoopHost | undefined;
  const server = new LoopServer({
    look: async (remainingMs) => {
      host ??= await open(settings, google);
      await host.run(remainingMs);
    },
    log,
    now: Date.now,
  });
  const port = await server.listen(Number(environment['PORT'] ?? 8080));
  log(JSON.stringify({ endpoint: settings.endpoint, deployment: settings.deployment, port }));
  process.once('SIGTERM', () => {
    // A look that is cut short is taken up by the next one.
    void server.close().then(() => process.exit(0));
  });
}

/** The spec is in the bucket: an environment is too small for it. */
async function open(settings: LoopSettings, google: Google): Promise<LoopHost> {
  const store = new GcsStore(google, settings.bucket);
  const spec = await store.read<ResolvedMlops>(settings.spec);
  if (!spec) throw new Error(`there is no ${store.uri(settings.spec)}: deploy again`);
  return assemble({ settings, spec: spec.value, google, clock: Date.now, log });
}

main(process.env).catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
