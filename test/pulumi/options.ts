/** Options of a resource, as a program asks the engine for them. */
import type { RegisterResourceRequest } from '@pulumi/pulumi/proto/resource_pb';
import type { Alias } from '@pulumi/pulumi/proto/alias_pb';
import type { Json } from '../../testing/json';
import { labelOf } from './readable-values';

export interface RegistrationOptions {
  /** What it waits for beyond what its inputs refer to: `Bucket shop/storage/bucket`. */
  readonly dependsOn?: readonly string[];
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
  readonly deleteBeforeReplace?: boolean;
  readonly ignoreChanges?: readonly string[];
  readonly replaceOnChanges?: readonly string[];
  /** URNs, and parts of URNs that were different. */
  readonly aliases?: readonly Json[];
  /** Those of the SDK itself too. */
  readonly additionalSecretOutputs?: readonly string[];
  /** Where it is not the default one: its label. */
  readonly provider?: string;
  /** By package, of a component. */
  readonly providers?: Readonly<Record<string, string>>;
  /** Of the provider. */
  readonly version?: string;
  readonly import?: string;
  readonly deletedWith?: string;
  readonly replaceWith?: readonly string[];
  readonly customTimeouts?: Readonly<Record<string, string>>;
}

export function optionsOf(request: RegisterResourceRequest): RegistrationOptions {
  const implied = new Set(
    [...request.getPropertydependenciesMap().entries()].flatMap(([, urns]) => urns.getUrnsList()),
  );
  const explicit = request.getDependenciesList().filter((urn) => !implied.has(urn));
  const timeouts = Object.entries(request.getCustomtimeouts()?.toObject() ?? {}).filter(([, time]) => time !== '');
  const providers = [...request.getProvidersMap().entries()].map(([name, urn]) => [name, labelOf(urn)]);
  return set({
    dependsOn: explicit.map(labelOf).sort(),
    protect: request.hasProtect() ? request.getProtect() : undefined,
    retainOnDelete: request.hasRetainondelete() ? request.getRetainondelete() : undefined,
    deleteBeforeReplace: request.getDeletebeforereplacedefined() ? request.getDeletebeforereplace() : undefined,
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    aliases: request.getAliasesList().map((alias) => aliasOf(alias, request.getParent())),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    provider: request.getProvider() === '' ? undefined : labelOf(request.getProvider()),
    providers: Object.fromEntries(providers) as Record<string, string>,
    version: request.getVersion(),
    import: request.getImportid(),
    deletedWith: request.getDeletedwith() === '' ? undefined : labelOf(request.getDeletedwith()),
    replaceWith: request.getReplaceWithList().map(labelOf),
    customTimeouts: Object.fromEntries(timeouts),
  });
}

/** The SDK adds the parent that the resource has now. */
function aliasOf(alias: Alias, parent: string): Json {
  const spec = alias.getSpec();
  if (!spec) return alias.getUrn();
  const { name, type, stack, project, parenturn, noparent } = spec.toObject();
  return set({
    name,
    type,
    stack,
    project,
    parent: parenturn === parent ? undefined : parenturn,
    noParent: noparent || undefined,
  }) as Json;
}

/** Without what says nothing. */
function set(options: {
  readonly [K in keyof RegistrationOptions]: RegistrationOptions[K] | undefined;
}): RegistrationOptions;
function set(options: Readonly<Record<string, unknown>>): object;
function set(options: Readonly<Record<string, unknown>>): object {
  const empty = (value: unknown): boolean =>
    value === undefined || value === '' || (typeof value === 'object' && Object.keys(value as object).length === 0);
  return Object.fromEntries(Object.entries(options).filter(([, value]) => !empty(value)));
}
