/** The registry on this machine: a document a version, which points to the artifact of the run that made it. */
import { basename, join } from 'node:path';
import type { ModelManifest } from '../spec/artifact';
import type { Action, Version } from '../../runtime/loop/platform';
import type { Storage } from './storage';

/** `registry/<endpoint>/<version>.json` */
export interface RegisteredVersion extends Version {
  /** The training run that made it. */
  readonly run: string;
  /** The model's directory, relative to the state folder. */
  readonly artifact: string;
  readonly candidate: string;
  readonly metrics: ModelManifest['metrics'];
  readonly schema: ModelManifest['schema'];
}

export class Registry {
  private readonly versions = new Map<string, RegisteredVersion>();

  constructor(
    private readonly storage: Storage,
    private readonly endpoint: string,
  ) {}

  async open(): Promise<void> {
    for (const file of await this.storage.list(this.folder)) {
      if (!file.endsWith('.json')) continue;
      const found = await this.storage.read<RegisteredVersion>(join(this.folder, file));
      if (found) this.versions.set(basename(file, '.json'), found.value);
    }
  }

  /** Oldest first. */
  list(): readonly RegisteredVersion[] {
    return [...this.versions.values()].sort((a, b) => a.n - b.n);
  }

  /** Throws where there is no such version. */
  get(version: string): RegisteredVersion {
    const found = this.versions.get(version);
    if (found) return found;
    const known = [...this.versions.keys()].join(', ') || 'none';
    throw new Error(`${this.endpoint}: got version ${version}, expected one of the registry: ${known}`);
  }

  /** Registering a version that exists changes nothing. The model is not copied. */
  async register(action: Extract<Action, { do: 'register' }>, artifact: string): Promise<void> {
    const { version: name, n, run, status, at } = action;
    if (this.versions.has(name)) return;
    const manifest = await this.storage.read<ModelManifest>(join(artifact, 'model.json'));
    if (!manifest) throw new Error(`${name} cannot be registered: ${this.storage.path(artifact)} has no model.json`);
    const { candidate, metrics, schema } = manifest.value;
    await this.put({ name, n, status, at, run, artifact, candidate, metrics, schema });
  }

  /** What is rejected stays so; revisions are added to the bad ones. */
  async mark({ version: name, patch }: Extract<Action, { do: 'mark' }>): Promise<void> {
    const { trial: before, ...version } = this.get(name);
    const trial = patch.trial === undefined ? before : patch.trial;
    const bad = [...new Set([...(version.bad ?? []), ...(patch.bad ?? [])])];
    await this.put({
      ...version,
      ...(trial && { trial }),
      ...(patch.live && { live: patch.live }),
      ...(bad.length > 0 && { bad }),
      status: version.status === 'rejected' ? 'rejected' : (patch.status ?? version.status),
    });
  }

  private async put(version: RegisteredVersion): Promise<void> {
    // In this order: what cannot be written has not happened, and is done again at the next look.
    await this.storage.write(join(this.folder, `${version.name}.json`), version);
    this.versions.set(version.name, version);
  }

  private get folder(): string {
    return `registry/${this.endpoint}`;
  }
}
