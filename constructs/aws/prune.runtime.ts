/** Configurations and models of deployments that are gone: each rollout leaves some. */
import type { Sight } from './endpoint-sight.runtime';
import type { Hosting } from './hosting.runtime';
import { isConfigName, releaseNamed } from './release-names';

/** So many of the newest are kept: for people who want to see what was served before, and for whoever is about to use one. */
const KEPT = 3;

/**
 * Deletes them, but none that is in use, or that an operation under way brings: SageMaker loses sight of the machines of an endpoint
 * whose configuration is deleted.
 */
export async function pruneReleases(hosting: Hosting, { endpoint, kept }: Sight): Promise<void> {
  const { asked } = kept.document;
  const used = [
    endpoint?.EndpointConfigName,
    endpoint?.PendingDeploymentSummary?.EndpointConfigName,
    asked && 'config' in asked ? asked.config : undefined,
  ];
  const own = (await hosting.configNames()).filter((name) => isConfigName(hosting.endpointName, name));
  const old = own.slice(KEPT).filter((name) => !used.includes(name));
  const staying = new Set<string>();
  for (const name of own.filter((each) => !old.includes(each)))
    for (const { ModelName } of await hosting.variants(name)) staying.add(ModelName);
  // A configuration made meanwhile is younger than the list; its model is among the newest.
  const models = (await hosting.modelNames()).filter((name) => releaseNamed(hosting.endpointName, name));
  for (const name of old) await hosting.deleteConfig(name);
  for (const name of models.slice(KEPT)) if (!staying.has(name)) await hosting.deleteModel(name);
}
