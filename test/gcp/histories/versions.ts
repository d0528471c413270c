/** What the registry holds, read by the histories themselves and not by the adapter, and what it held when a loop looked. */
import type { Version } from '../../../runtime/loop/platform';
import type { ModelVersion } from '../fake/vertex-state';
import { BUCKET, MODEL } from './settings';
import type { World } from './world';

type Labels = Readonly<Record<string, string>>;

export interface Registered extends Omit<Version, 'bad'> {
  /** `…/models/M@1` */
  readonly resource: string;
  readonly run: string;
  readonly bad: readonly string[];
  /** URI, without a slash at the end. */
  readonly model: string;
}

/** A version, or one revision of it. */
interface Release {
  readonly version: string;
  readonly revision?: string;
}

export class Versions {
  private readonly statuses = new Map<string, { readonly seq: number; readonly status: Version['status'] }[]>();
  /** What was found bad, and when. */
  private burned: readonly (Release & { readonly seq: number })[] = [];
  /** Versions that somebody deleted: they do not come back. */
  readonly deleted = new Set<string>();
  /** Versions that people judged in the console. */
  private readonly judged = new Set<string>();

  constructor(private readonly world: World) {}

  all(): readonly Registered[] {
    const byName = new Map<string, Registered>();
    for (const model of this.models()) {
      const version = registered(model);
      // Registered twice at once: the first counts.
      if (version && !byName.has(version.name)) byName.set(version.name, version);
    }
    return [...byName.values()];
  }

  /** All, whoever made them. */
  models(): readonly ModelVersion[] {
    return this.world.google.vertex.state.versions.values().filter(({ name }) => name.includes(`/models/${MODEL}@`));
  }

  get(name: string): Registered | undefined {
    return this.all().find((version) => version.name === name);
  }

  isSound({ version: name, revision }: Required<Release>): boolean {
    const version = this.get(name);
    return version?.status === 'approved' && !version.bad.includes(revision);
  }

  /** This revision of the version came through its bake. */
  isSettled({ version, revision }: Required<Release>): boolean {
    const { live, trial } = this.get(version) ?? {};
    return live?.revision === revision && trial?.revision !== revision;
  }

  statusAt(name: string, seq: number): Version['status'] | undefined {
    return this.statuses.get(name)?.findLast((entry) => entry.seq <= seq)?.status;
  }

  /** It was approved then, or could be seen so since. */
  wasApproved(name: string, seq: number): boolean {
    const later = this.statuses.get(name)?.some((entry) => entry.seq > seq && entry.status === 'approved');
    return later || this.statusAt(name, seq) === 'approved';
  }

  /** After every change of the registry. */
  note(): void {
    const { world } = this;
    for (const { name, status, bad } of this.all()) {
      const known = this.statuses.get(name) ?? [];
      if (known.at(-1)?.status !== status) this.statuses.set(name, [...known, { seq: ++world.seq, status }]);
      if (status === 'rejected') this.burn({ version: name });
      for (const revision of bad) this.burn({ version: name, revision });
    }
  }

  private burn(release: Release): void {
    if (!this.burned.some(({ version, revision }) => version === release.version && revision === release.revision))
      this.burned = [...this.burned, { ...release, seq: this.world.seq }];
  }

  /** Whether it was found bad before then. */
  isBurned({ version, revision }: Required<Release>, seq: number): boolean {
    return this.burned.some(
      (each) => each.version === version && (each.revision ?? revision) === revision && each.seq <= seq,
    );
  }

  // ---- people, in the console

  setStatus(name: string, status: 'approved' | 'rejected'): void {
    const found = this.get(name);
    if (!found) return;
    // Somebody overrules the registry: from now on the version may be tried again.
    if (status === 'approved' && found.status === 'rejected')
      this.burned = this.burned.filter(({ version }) => version !== name);
    this.judged.add(name);
    const { state } = this.world.google.vertex;
    state.versions.update(found.resource, (model) => ({
      ...model,
      labels: { ...(model.labels as Labels), status },
      etag: state.etag(),
      updateTime: this.world.google.clock.iso(),
    }));
    this.note();
  }

  delete(name: string): void {
    const found = this.get(name);
    if (!found || this.world.served().some((each) => each.version === name)) return;
    for (const model of this.models())
      if (registered(model)?.name === name) this.world.google.vertex.state.versions.delete(model.name);
    this.statuses.set(name, [...(this.statuses.get(name) ?? []), { seq: ++this.world.seq, status: 'rejected' }]);
    // Before any loop has seen it, it looks like one that was never registered.
    const memory = this.world.google.objects.get(BUCKET, 'loop/online/memory.json')?.body.toString('utf8');
    const { lastVersion } = JSON.parse(memory ?? '{"lastVersion":0}') as { readonly lastVersion: number };
    if (found.n <= lastVersion) this.deleted.add(name);
  }

  wasJudgedByHand(name: string): boolean {
    return this.judged.has(name);
  }
}

function registered({ name: resource, labels = {}, artifactUri }: ModelVersion): Registered | undefined {
  const noted = labels as Labels;
  const { n, run = '', at, status } = noted;
  if (n === undefined) return undefined;
  const [trial, live] = [noted['trial-revision'], noted['live-revision']];
  return {
    ...{ resource, name: `v${n}`, n: Number(n), run, at: Number(at) },
    status: status === 'approved' || status === 'rejected' ? status : 'pending',
    model: String(artifactUri),
    ...(trial !== undefined && { trial: { revision: trial, before: noted['trial-before'] ?? '' } }),
    ...(live !== undefined && { live: { revision: live, at: Number(noted['live-at']) } }),
    bad: Object.keys(noted).flatMap((key) => (key.startsWith('bad-') ? [key.slice('bad-'.length)] : [])),
  };
}
