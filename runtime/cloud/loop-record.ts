/** What is on record of a loop itself: which deployment's may act, whether it shall serve, what it waits for, which spec it follows. */
import { layout } from '../../constructs/spec/layout';
import type { ResolvedMlops } from '../../constructs/spec/mlops';
import type { Time } from '../loop/platform';
import type { CloudSettings } from './parts';
import type { Document, Store } from './store';

/** `loop/<endpoint>/release.json`, written by each deployment of the stack: when it was written is the generation. */
export interface Release {
  readonly deployment: string;
}

/** `loop/<endpoint>/status.json`: since when the loop waits for what. */
export interface Waiting {
  readonly at: Time;
  readonly waits: readonly string[];
}

/** `loop/<endpoint>/switch.json`: what people want of the endpoint as a whole. No deployment changes it. */
export interface Switch {
  readonly position: 'up' | 'down';
  readonly at: Time;
}

/** `loop/<endpoint>/spec.json` */
interface Followed {
  readonly deployment: string;
  /** Of this endpoint, its pipeline and its dataset. */
  readonly spec: ResolvedMlops;
}

/** Nothing where no deployment has been released yet. */
export const readRelease = (store: Store, endpoint: string): Promise<Document<Release> | undefined> =>
  store.read(`loop/${endpoint}/release.json`);

/** Nothing where the loop has never looked. */
export const readWaiting = async (store: Store, endpoint: string): Promise<Waiting | undefined> =>
  (await store.read<Waiting>(waitingPath(endpoint)))?.value;

export const writeWaiting = async (store: Store, endpoint: string, waiting: Waiting): Promise<void> =>
  void (await store.write(waitingPath(endpoint), waiting));

/** Nothing where nobody has ever turned it: it is up. */
export const readSwitch = async (store: Store, endpoint: string): Promise<Switch | undefined> =>
  (await store.read<Switch>(layout.switch(endpoint)))?.value;

/** The loop is woken by the object. */
export const turnSwitch = async (store: Store, endpoint: string, turned: Switch): Promise<void> =>
  void (await store.write(layout.switch(endpoint), turned));

/** Of the deployment whose loop looked last; nothing where none has. */
export const readFollowed = async (store: Store, endpoint: string): Promise<ResolvedMlops | undefined> =>
  (await store.read<Followed>(layout.followed(endpoint)))?.value.spec;

/** Writes it down where that of another deployment stands there: the deployment's digest covers the spec. */
export async function keepFollowed(
  store: Store,
  { endpoint, deployment }: Pick<CloudSettings, 'endpoint' | 'deployment'>,
  spec: ResolvedMlops,
): Promise<void> {
  const path = layout.followed(endpoint);
  const before = await store.read<Followed>(path);
  if (before?.value.deployment !== deployment) await store.write(path, { deployment, spec } satisfies Followed);
}

const waitingPath = (endpoint: string): string => `loop/${endpoint}/status.json`;
