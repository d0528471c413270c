/** The example's stack on one emulator, from the first deployment to the last. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Assembly, STACK, type Variant } from './assembly';
import { Cdk, type Told } from './cdk';
import { clientsOf, type Clients } from './clients';
import type { Emulator } from './emulators';
import { look, native, picture } from './reality';
import { describe, eventCount, made, type Made } from './stack';
import type { Template } from './template';

type Picture = Readonly<Record<string, string>>;

export class Deployment {
  readonly clients: Clients;
  /** What was made, by logical id. */
  all: ReadonlyMap<string, Made> = new Map();
  private readonly cdk: Cdk;
  private before: Picture = {};

  private constructor(
    emulator: Emulator,
    private readonly folder: string,
    private readonly rewrite: (template: Template) => Template,
    readonly first: Assembly,
  ) {
    this.clients = clientsOf(emulator.endpoint);
    this.cdk = new Cdk(emulator);
  }

  /** @param rewrite - what the emulator needs otherwise */
  static async of(
    emulator: Emulator,
    rewrite: (template: Template) => Template,
    ...variants: readonly Variant[]
  ): Promise<Deployment> {
    const folder = mkdtempSync(join(tmpdir(), 'mlops-emulators-'));
    return new Deployment(emulator, folder, rewrite, await synthesize(folder, 'first', rewrite, ...variants));
  }

  /** As the stack is without any emulator in mind, its image built by CodeBuild. */
  async whole(): Promise<Template> {
    return (await Assembly.synthesize(join(this.folder, 'whole'))).template;
  }

  /** @param meanwhile - is called once the resources are there and the stack waits for them */
  async create(meanwhile: () => Promise<void> = async () => {}): Promise<void> {
    timed('cdk bootstrap', await this.cdk.bootstrap());
    let say = () => {};
    const creating = new Promise<void>((done) => (say = done));
    const hear = (piece: string) => void (piece.includes('CREATE_IN_PROGRESS') && say());
    const [told] = await Promise.all([this.cdk.deploy(this.first.folder, hear), creating.then(meanwhile)]);
    timed('cdk deploy', told);
    this.all = await made(this.clients, STACK, this.first.template);
  }

  /** Of the stack; undefined once it is gone. */
  async status(): Promise<string | undefined> {
    return (await describe(this.clients, STACK))?.StackStatus;
  }

  /** Physical name of the one resource of a type whose logical id has this in it. */
  named(type: string, part: RegExp): string {
    const found = [...this.all.values()].filter((one) => one.type === type && part.test(one.logicalId));
    if (found.length !== 1) throw new Error(`${found.length} resources are a ${type} with ${String(part)}`);
    return found[0]!.physicalId;
  }

  /** Asks each service for what was made. */
  async look(): Promise<Picture> {
    return (this.before = await picture(this.clients, this.all));
  }

  /** Of another synthesis: what it printed, how many events it left, and how all looks after it. */
  async deployAgain(): Promise<{ readonly output: string; readonly events: number; readonly now: Picture }> {
    const count = await eventCount(this.clients, STACK);
    const again = await synthesize(this.folder, 'again', this.rewrite);
    const told = timed('cdk deploy again', await this.cdk.deploy(again.folder));
    const events = (await eventCount(this.clients, STACK)) - count;
    return { output: told.output, events, now: await picture(this.clients, this.all) };
  }

  /** Logical ids that differ afterwards, in reality and in the template, and those that were replaced. */
  async deployChange(): Promise<Readonly<Record<'differ' | 'should' | 'replaced', readonly string[]>>> {
    const changed = await synthesize(this.folder, 'changed', this.rewrite, 'changed');
    timed('cdk deploy of a change', await this.cdk.deploy(changed.folder));
    const after = await made(this.clients, STACK, changed.template);
    const now = await picture(this.clients, after);
    const ids = [...new Set([...Object.keys(this.before), ...Object.keys(now)])].sort();
    const [old, fresh] = [this.first.template.Resources, changed.template.Resources];
    return {
      differ: ids.filter((id) => this.before[id] !== now[id]),
      should: ids.filter((id) => JSON.stringify(old[id]) !== JSON.stringify(fresh[id])),
      replaced: ids.filter((id) => this.all.get(id)?.physicalId !== after.get(id)?.physicalId),
    };
  }

  /** Logical ids of what is still there, and of what was to be kept. */
  async destroy(): Promise<Readonly<Record<'left' | 'kept', readonly string[]>>> {
    timed('cdk destroy', await this.cdk.destroy(this.first.folder));
    const left: string[] = [];
    for (const one of native(this.all)) if (await this.isThere(one)) left.push(one.logicalId);
    return { left, kept: native(this.all).flatMap(({ retained, logicalId }) => (retained ? [logicalId] : [])) };
  }

  close(): void {
    this.cdk.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** It was when it was looked for the first time, so whatever is answered now is that it is not. */
  private isThere(one: Made): Promise<boolean> {
    return look(this.clients, one, this.all).then(
      () => true,
      () => false,
    );
  }
}

/** With an image by its digest: neither emulator builds one. */
async function synthesize(
  folder: string,
  name: string,
  rewrite: (template: Template) => Template,
  ...variants: readonly Variant[]
): Promise<Assembly> {
  return (await Assembly.synthesize(join(folder, name), 'by-digest', ...variants)).rewrite(rewrite);
}

function timed(what: string, told: Told): Told {
  console.log(`${what}: ${told.seconds.toFixed(1)} s`);
  return told;
}
