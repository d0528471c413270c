/** The targets, and what each is asked for. The next one joins by a line in TARGETS and a file beside this one. */
import type { MlopsSpec, Support } from '../..';
import { full } from '../cases/full';
import { minimal } from '../cases/minimal';
import { aws } from './aws';
import { gcp } from './gcp';
import { local } from './local';

export interface Target {
  readonly support: Support;
  /** A case, as far as the target takes it. */
  readonly adapt: (spec: MlopsSpec) => MlopsSpec;
  /** What it makes of a spec, by id, as plain data that depends on nothing but its arguments. `root` holds the files of the cases. */
  readonly resources: (spec: MlopsSpec, root: string) => Promise<Readonly<Record<string, unknown>>>;
  /** What kind of thing each resource is that comes of a spec and nothing else. */
  readonly made: (spec: MlopsSpec, root: string) => Promise<readonly string[]>;
  /** How many of which type each case makes, and what for, in a few words. */
  readonly types: Readonly<Record<keyof typeof CASES, TypeList>>;
  /** The names that people get back, by noun of the spec. */
  readonly outputs: (
    spec: MlopsSpec,
    root: string,
  ) => Promise<{ readonly pipelines: readonly string[]; readonly endpoints: readonly string[] }>;
  /** What outlives the system. */
  readonly kept: (spec: MlopsSpec, root: string) => Promise<readonly string[]>;
  /** What is left open to others than those who need it: nothing. */
  readonly open: (spec: MlopsSpec, root: string) => Promise<readonly string[]>;
  /** Fields whose change shows in no resource, each with the reason. */
  readonly unseen: Readonly<Record<string, string>>;
  /** Its transforms: functions of the user's that change what is about to be made. */
  readonly hatches: {
    readonly names: readonly string[];
    /** How often one was called, and how many things are as it returned them. */
    readonly use: (name: string, spec: MlopsSpec, root: string) => Uses | Promise<Uses>;
  };
  /** What it refuses of what other targets take, and the way out that it names. */
  readonly refuses: Readonly<Record<string, { readonly asked: MlopsSpec; readonly wayOut: string }>>;
}

interface Uses {
  readonly called: number;
  readonly made: number;
}

export type TypeList = Readonly<Record<string, readonly [count: number, what: string]>>;

/** Every field of every noun, and an endpoint behind each pipeline: what starts a pipeline is the loop of an endpoint. */
export const whole: MlopsSpec = { ...full, endpoints: { ...full.endpoints, second: { model: 'own' } } };

export const CASES = { minimal, full: whole };

export const TARGETS: Readonly<Record<string, Target>> = { local, aws, gcp };
