/** A system on Google Cloud: found by the Cloud Run services that host its loops, which say by a label whose they are. */
import { urlsOf, type Google } from '../../constructs/gcp/google.runtime';
import { operatorGoogle, whereabouts } from '../../constructs/gcp/operator.runtime';
import { recordOf } from '../../constructs/gcp/record.runtime';
import { GcsStore } from '../../constructs/gcp/store.runtime';
import { findSystem, type DeployedLoop, type DeployedSystem } from '../../constructs/gcp/system.runtime';
import { resolve, UserError, type ResolvedMlops } from '../../constructs/spec';
import { CloudSystem, type Loop, type Words } from '../cloud/system';
import type { Io, Place } from '../io';
import { GcpLogs } from './logs';

export async function openSystem({ spec, stack }: Place, io: Io): Promise<CloudSystem> {
  const resolved = resolve(spec);
  const where = await whereabouts(process.env);
  const google = operatorGoogle(where, urlsOf(process.env));
  const system = await findSystem(google, where, { spec: resolved.name, environment: stack });
  const store = new GcsStore(google, system.loops[0]!.settings.bucket);
  await refuseForeign(store, system, resolved);
  const loops = system.loops.map((loop) => loopOf(loop, system, resolved, google));
  return new CloudSystem({ words: wordsOf(system), loops, store, logs: new GcpLogs(system, google) }, io);
}

function loopOf(
  { settings, service }: DeployedLoop,
  system: DeployedSystem,
  spec: ResolvedMlops,
  google: Google,
): Loop {
  const { project, location } = system;
  return {
    endpoint: settings.endpoint,
    record: recordOf({ settings, spec, google, clock: Date.now }),
    log: `gcloud run services logs read ${service} --region ${location} --project ${project}`,
  };
}

/** `shop-tool` is an environment of `shop`, or a system of its own: its record says which. */
async function refuseForeign(
  store: GcsStore,
  { system, loops }: DeployedSystem,
  { name }: ResolvedMlops,
): Promise<void> {
  if (system === name) return;
  const deployed = (await store.read<Pick<ResolvedMlops, 'name'>>(loops[0]!.settings.spec))?.value.name;
  if (deployed === undefined || deployed === name) return;
  throw new UserError(
    `${system} is a system of the spec ${deployed}, and the spec is ${name}. ` +
      `Deploy ${name} with pulumi up, or name its environment with --stack NAME.`,
  );
}

function wordsOf({ system, project, location, loops }: DeployedSystem): Words {
  const unready = loops.filter(({ isReady }) => !isReady).map(({ service }) => service);
  const state = unready.length === 0 ? 'ready' : `not ready: ${unready.join(', ')}`;
  return {
    target: 'gcp',
    region: location,
    holder: `the system ${system} of the project ${project}`,
    heading: `${system} runs in ${location}: project ${project} (${state})`,
    facts: { name: system, project, region: location, state },
    destroy: {
      removes: 'pulumi destroy removes the system',
      without:
        'Without the loop, gcloud ai endpoints undeploy-model takes models off an endpoint: pulumi destroy fails while there is one.',
    },
  };
}
