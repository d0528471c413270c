/** Versions as those of one model of Vertex AI's registry. What the loop notes of a version lies in the version's own labels. */
import { createHash } from 'node:crypto';
import type { Made, RegisteredVersion, Registry as RegistryPart } from '../../runtime/cloud/parts';
import type { Store } from '../../runtime/cloud/store';
import { together } from '../../runtime/cloud/together';
import { Refused, type Action, type Endpoint, type Time } from '../../runtime/loop/platform';
import { aliasesOf, changesOf } from './aliases.runtime';
import { isConflict, refusing, unlessAbsent } from './google-error.runtime';
import type { Google } from './google.runtime';
import { labelsOf as systemLabels, startedPath, type StartedRun } from './pipeline-job.runtime';
import { Registration, type Register, type Wanted } from './registration.runtime';
import type { LoopSettings } from './settings';
import {
  fromModel,
  labelsOf,
  resourceOf,
  serves,
  twinLabels,
  VERSION_FIELDS,
  type ModelVersion,
  type Notes,
} from './version.runtime';

export interface RegistryOptions {
  readonly google: Google;
  readonly store: Store;
  readonly settings: Pick<LoopSettings, 'system' | 'endpoint' | 'project' | 'location' | 'modelId' | 'image' | 'key'>;
  readonly clock: () => Time;
}

interface Listed {
  readonly version: RegisteredVersion;
  readonly aliases: readonly string[];
}

const PAGE = 100;
const AT_ONCE = 8;

export class Registry implements RegistryPart {
  private readonly registration: Registration;
  /** Whether this record's loop made it, by the resource name of a version: that does not change. */
  private readonly ours = new Map<string, boolean>();
  /** As it was seen last, by the resource name of a version. */
  private readonly seen = new Map<string, ModelVersion>();

  constructor(private readonly options: RegistryOptions) {
    const { google, store, settings, clock } = options;
    const { endpoint, modelId, image, key } = settings;
    const labels = systemLabels(settings);
    const { parent } = this;
    this.registration = new Registration({ google, store, endpoint, parent, modelId, image, key, labels, clock });
  }

  async list(): Promise<readonly RegisteredVersion[]> {
    return (await this.listed()).map(({ version }) => version);
  }

  /** Throws where there is no such version. */
  async get(name: string): Promise<RegisteredVersion> {
    return this.named(name, await this.list());
  }

  /**
   * The notes are written once the version is there: whether labels of an upload are the version's or the model's is documented
   * nowhere. Without them it is none of the loop's versions.
   */
  async register(action: Register, made: Made): Promise<void> {
    const all = await this.models();
    if ((await this.versionsOf(all ?? [])).some(({ version }) => version.n === action.n)) return;
    const { n, version, run, status, at } = action;
    const metrics = made.metrics === undefined ? '' : `, measured in ${made.metrics}`;
    const description = `${version}, made by ${run}${metrics}`;
    const model = await this.made({ what: version, description, made }, all === undefined);
    if (fromModel(model)?.n === n) return;
    await this.note(model, { n, run, status, at, image: this.image });
  }

  /**
   * Resource name of what is deployed of a version: itself, or the same artifact uploaded once more, where the image is another by
   * now. Throws `Refused` while that is being made.
   */
  async servable(name: string): Promise<string> {
    const models = (await this.models()) ?? [];
    const version = this.named(
      name,
      (await this.versionsOf(models)).map((one) => one.version),
    );
    const there = models.find((model) => serves(model, version, this.image));
    if (there) return resourceOf(there);
    const what = `${name} with the image ${this.image}`;
    const model = await this.made({ what, description: what, made: { model: version.model } }, false);
    await this.label(model, { ...model.labels, ...twinLabels(version.n, this.image) });
    return resourceOf(model);
  }

  private named(name: string, versions: readonly RegisteredVersion[]): RegisteredVersion {
    const found = versions.find((version) => version.name === name);
    if (found) return found;
    const known = versions.map((version) => version.name).join(', ') || 'none';
    throw new Error(`${this.options.settings.modelId}: got version ${name}, expected one of the registry: ${known}`);
  }

  private async made(wanted: Wanted, isFirst: boolean): Promise<ModelVersion> {
    const model = await this.read(await this.registration.make(wanted, isFirst));
    if (model) return model;
    await this.registration.forget();
    throw new Refused(`${wanted.what} was deleted in the meantime`);
  }

  /** As a label can say it. */
  private get image(): string {
    return createHash('sha256').update(this.options.settings.image).digest('hex').slice(0, 16);
  }

  async mark({ version: name, patch, why }: Extract<Action, { do: 'mark' }>): Promise<void> {
    const model = await this.read((await this.get(name)).resource);
    const version = model && fromModel(model);
    if (!version) throw new Refused(`${name} was deleted in the meantime`);
    if (patch.status === 'approved' && version.status === 'rejected') throw new Refused(`${name} is rejected`);
    const status = version.status === 'rejected' ? 'rejected' : (patch.status ?? version.status);
    const trial = patch.trial === undefined ? version.trial : patch.trial;
    const live = patch.live ?? version.live;
    const bad = [...new Set([...(version.bad ?? []), ...(patch.bad ?? [])])];
    const { n, run, at } = version;
    const image = model.labels?.['image'] ?? this.image;
    const isDecided = status !== version.status;
    await this.note(
      model,
      { n, run, at, status, image, bad, ...(trial && { trial }), ...(live && { live }) },
      isDecided ? `${name}, made by ${run}; ${status}: ${why}` : undefined,
    );
  }

  /** Only where they differ. One that somebody else changes just now is put right at the next look. */
  async alignAliases(view: Endpoint): Promise<void> {
    const listed = await this.listed();
    const present = Object.fromEntries(listed.map(({ version, aliases }) => [version.resource, aliases]));
    const wanted = aliasesOf(
      view,
      listed.map(({ version }) => version),
    );
    for (const [resource, versionAliases] of Object.entries(changesOf(wanted, present))) {
      const merge = { body: { versionAliases }, repeatable: true };
      try {
        await this.options.google.call('aiplatform', 'POST', `${resource}:mergeVersionAliases`, merge);
      } catch (error) {
        if (!isConflict(error)) throw error;
      }
    }
  }

  /** Throws `Refused` where the version is another by now. */
  private note(model: ModelVersion, notes: Notes, versionDescription?: string): Promise<void> {
    return this.label(model, labelsOf(notes, model.labels), versionDescription);
  }

  private async label(
    model: ModelVersion,
    labels: Readonly<Record<string, string>>,
    versionDescription?: string,
  ): Promise<void> {
    if (same(labels, model.labels ?? {})) return;
    const name = resourceOf(model);
    const described = versionDescription === undefined ? {} : { versionDescription };
    const patch = this.options.google.call('aiplatform', 'PATCH', name, {
      query: { updateMask: ['labels', ...Object.keys(described)].join(',') },
      body: { name, labels, etag: model.etag, ...described },
    });
    await refusing(patch, `${name} was changed in the meantime`);
  }

  /** Oldest first. */
  private async listed(): Promise<readonly Listed[]> {
    return this.versionsOf((await this.models()) ?? []);
  }

  private async versionsOf(models: readonly ModelVersion[]): Promise<readonly Listed[]> {
    const byAge = [...models].sort((a, b) => Number(a.versionId) - Number(b.versionId));
    const all = await together(byAge, AT_ONCE, (model) => this.versionOf(model));
    const byNumber = new Map<number, Listed>();
    // The same run registered twice at once: the first counts, and its twin is never marked.
    for (const one of all) if (one && !byNumber.has(one.version.n)) byNumber.set(one.version.n, one);
    return [...byNumber.values()].sort((a, b) => a.version.n - b.version.n);
  }

  /**
   * Nothing where it is none of the loop's. Vertex AI keeps versions when all else is destroyed, and a system that is made again
   * with the same names begins with the same runs: those of its record are other jobs.
   */
  private async versionOf(model: ModelVersion): Promise<Listed | undefined> {
    const version = fromModel(model);
    if (!version) return undefined;
    const { store, settings } = this.options;
    const { resource, run } = version;
    if (!this.ours.has(resource)) {
      const started = await store.read<StartedRun>(startedPath(settings.endpoint, run));
      this.ours.set(resource, started !== undefined && version.model.includes(`/${started.value.job}/`));
    }
    return this.ours.get(resource) ? { version, aliases: model.versionAliases ?? [] } : undefined;
  }

  private async read(resource: string): Promise<ModelVersion | undefined> {
    const query = { fields: VERSION_FIELDS };
    const { google } = this.options;
    const found = await unlessAbsent(google.call<ModelVersion>('aiplatform', 'GET', resource, { query }));
    return found && this.newest(found);
  }

  /**
   * A list may be further behind than the one before it. What the loop has seen in the registry it does not keep elsewhere: a version
   * that was seen rejected must not be approved again for a moment.
   */
  private newest(found: ModelVersion): ModelVersion {
    const known = this.seen.get(resourceOf(found));
    if (known && updatedAt(known) > updatedAt(found)) return known;
    this.seen.set(resourceOf(found), found);
    return found;
  }

  /** All versions, whoever made them; nothing where there is no such model. */
  private async models(): Promise<readonly ModelVersion[] | undefined> {
    const path = `${this.parent}/models/${this.options.settings.modelId}:listVersions`;
    const query = { readMask: VERSION_FIELDS, pageSize: PAGE };
    const pages = this.options.google.pages<ModelVersion>('aiplatform', path, 'models', query);
    return (await unlessAbsent(all(pages)))?.map((found) => this.newest(found));
  }

  private get parent(): string {
    const { project, location } = this.options.settings;
    return `projects/${project}/locations/${location}`;
  }
}

const updatedAt = ({ versionUpdateTime = '' }: ModelVersion): Time => Date.parse(versionUpdateTime) || 0;

async function all<T>(pages: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const one of pages) found.push(one);
  return found;
}

const same = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([key, value]) => b[key] === value);
