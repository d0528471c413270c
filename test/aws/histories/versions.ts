/** What the registry holds, read by the histories themselves and not by the adapter, and what it held when a loop looked. */
import type { Version } from '../../../runtime/loop/platform';
import type { World } from './world';

export interface Registered extends Omit<Version, 'bad'> {
  readonly arn: string;
  readonly run: string;
  readonly bad: readonly string[];
  /** S3 URI. */
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
    for (const { arn, approval, status, notes, input } of this.world.sagemaker.packages) {
      const version = registered(arn, status === 'Failed' ? 'Rejected' : approval, notes, input);
      // Registered twice at once: the first counts.
      if (version && !byName.has(version.name)) byName.set(version.name, version);
    }
    return [...byName.values()];
  }

  get(name: string): Registered | undefined {
    return this.all().find((version) => version.name === name);
  }

  /** In milliseconds. */
  ageOf(arn: string): number {
    return this.world.now - this.world.sagemaker.packages.find((one) => one.arn === arn)!.created;
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

  burn(release: Release): void {
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

  setStatus(name: string, status: 'Approved' | 'Rejected'): void {
    const found = this.world.sagemaker.packages.find(({ notes }) => `v${notes['n']}` === name);
    if (!found) return;
    // Somebody overrules the registry: from now on the version may be tried again.
    if (status === 'Approved' && found.approval === 'Rejected') this.pardon(name);
    this.judged.add(name);
    found.approval = status;
    this.note();
  }

  delete(name: string): void {
    const { packages } = this.world.sagemaker;
    const at = packages.findIndex(({ notes }) => `v${notes['n']}` === name);
    if (at < 0) return;
    packages.splice(at, 1);
    this.statuses.set(name, [...(this.statuses.get(name) ?? []), { seq: ++this.world.seq, status: 'rejected' }]);
    // Before any loop has seen it, it looks like one that was never registered.
    const memory = this.world.s3.objects.get('loop/online/memory.json')?.body.toString('utf8');
    const { lastVersion } = JSON.parse(memory ?? '{"lastVersion":0}') as { readonly lastVersion: number };
    if (Number(name.slice(1)) <= lastVersion) this.deleted.add(name);
  }

  wasJudgedByHand(name: string): boolean {
    return this.judged.has(name);
  }

  private pardon(name: string): void {
    this.burned = this.burned.filter(({ version }) => version !== name);
    for (const id of this.world.life.rolledBack) if (id.startsWith(`${name}-`)) this.world.life.rolledBack.delete(id);
  }
}

const WORDS: Readonly<Record<string, Version['status']>> = { Approved: 'approved', Rejected: 'rejected' };

function registered(
  arn: string,
  approval: string,
  notes: Readonly<Record<string, string>>,
  input: Readonly<Record<string, unknown>>,
): Registered | undefined {
  const { n, run = '', at } = notes;
  if (n === undefined) return undefined;
  const specification = input['InferenceSpecification'] as {
    readonly Containers: readonly { readonly ModelDataSource: { readonly S3DataSource: { readonly S3Uri: string } } }[];
  };
  const noted = (name: string): string | undefined => notes[name];
  const [trial, live] = [noted('trial-revision'), noted('live-revision')];
  return {
    ...{ arn, name: `v${n}`, n: Number(n), run, at: Number(at) },
    status: WORDS[approval] ?? 'pending',
    model: specification.Containers[0]!.ModelDataSource.S3DataSource.S3Uri,
    ...(trial !== undefined && { trial: { revision: trial, before: noted('trial-before') ?? '' } }),
    ...(live !== undefined && { live: { revision: live, at: Number(noted('live-at')) } }),
    bad: Object.keys(notes).flatMap((key) => (key.startsWith('bad-') ? [key.slice('bad-'.length)] : [])),
  };
}
