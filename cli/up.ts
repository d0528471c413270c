/** mlops up: runs the system on this machine, in the foreground, until Ctrl-C; elsewhere, undoes `mlops down`. */
import { LocalMlops, type Counters } from '../constructs/local/mlops';
import { support } from '../constructs/local/support';
import { resolve, UserError, type ResolvedMlops } from '../constructs/spec';
import { decide } from '../runtime/loop/decide';
import { Keeper } from '../runtime/loop/keep';
import { loopSpec } from '../runtime/loop/loop-spec';
import { EMPTY } from '../runtime/loop/memory';
import { observe, reconcile } from '../runtime/loop/reconcile';
import { printEvent } from './events';
import { placeOf, type CommonOptions, type Io, type Place } from './io';
import { announce, withdraw } from './running';
import { minute, statusOf, type EndpointStatus } from './status-view';

export interface UpOptions extends CommonOptions {
  /** Of the endpoints, on 127.0.0.1. @default 8080 */
  readonly port?: number;
}

const PORT = 8080;

/** What `GET /` answers and `mlops status` prints. */
export interface Overview {
  readonly name: string;
  /** Since this process began. */
  readonly requests: Counters;
  readonly endpoints: readonly EndpointStatus[];
}

/** Milliseconds between looks. Wakes come at once; the tick is for what only time brings: a bake that is over, a window that is final. */
const TICK = 15_000;
const SHORTEST_TICK = 500;
const tickOf = (bake: number): number => Math.min(TICK, Math.max(SHORTEST_TICK, bake));

export async function up(options: UpOptions, io: Io): Promise<void> {
  const place = placeOf(options, io);
  if (place.target.name !== 'local') return await resume(place, options, io);
  const spec = resolve(place.spec, { root: place.root, target: { name: 'local', support } });
  const say = (text: string, event: object) => io.print(options.json ? JSON.stringify(event) : text);
  const local = await LocalMlops.open(spec, {
    root: place.root,
    stateDir: place.stateDir,
    cacheDir: place.cacheDir,
    pythonDir: place.pythonDir,
    port: options.port ?? PORT,
    overview: () => overview(local, spec),
    log: (line) => say(line, { log: line }),
    signal: io.signal,
  });
  const keepers = Object.keys(spec.endpoints).map((endpoint) => keep(local, spec, endpoint, say));
  try {
    await announce(place.stateDir, local.url);
    for (const name of Object.keys(spec.endpoints))
      say(`POST ${local.url}/${name}/predict`, { url: `${local.url}/${name}/predict` });
    local.onChange(() => keepers.forEach((keeper) => keeper.wake()));
    keepers.forEach((keeper) => keeper.wake());
    await aborted(io.signal);
    say('stopping: requests in flight are answered first', { stopping: true });
  } finally {
    withdraw(place.stateDir);
    await Promise.all(keepers.map((keeper) => keeper.stop()));
    await local.close();
  }
}

/** What was deployed runs by itself, unless it was taken down. */
async function resume(place: Place, { port, json }: UpOptions, io: Io): Promise<void> {
  const { name } = place.target;
  if (port !== undefined)
    throw new UserError(`--port: got ${port}, and ${name} has addresses of its own; fix: leave it out.`);
  const system = await place.target.open(place, io);
  for (const up of (await system.up?.()) ?? []) io.print(json ? JSON.stringify(up) : `${up.endpoint} ${up.text}`);
}

function keep(
  local: LocalMlops,
  spec: ResolvedMlops,
  endpoint: string,
  say: (text: string, event: object) => void,
): Keeper {
  const platform = local.platform(endpoint);
  const settings = loopSpec(spec, endpoint, { ...factsOf(local, endpoint), teardown: false });
  const tick = tickOf(settings.rollout.bake);
  let waited = '';
  return new Keeper({
    look: () => reconcile(platform, settings, Date.now),
    tick,
    onOutcome: ({ events, waits }) => {
      for (const event of events.filter(({ what }) => what !== 'tell')) say(printEvent(event), event);
      if (waits.join() !== waited)
        for (const wait of waits) say(`${minute(Date.now())}  ${endpoint}  now: ${wait}`, { endpoint, wait });
      waited = waits.join();
    },
    onError: (error) =>
      say(`${endpoint}: ${(error as Error).message}; looking again in ${tick / 1000} s`, { error: String(error) }),
  });
}

const factsOf = (local: LocalMlops, endpoint: string) => ({
  generation: local.facts.generation,
  ...local.facts.endpoints[endpoint]!,
});

/** Looks without acting: what the loop sees now, and what it would do. */
async function overview(local: LocalMlops, spec: ResolvedMlops): Promise<Overview> {
  const endpoints = Object.keys(spec.endpoints).map(async (endpoint) => {
    const platform = local.platform(endpoint);
    const { memory = EMPTY } = await platform.readMemory();
    const observed = await observe(platform, memory, Date.now);
    const settings = loopSpec(spec, endpoint, { ...factsOf(local, endpoint), teardown: false });
    return statusOf(endpoint, Date.now(), observed, decide(settings, Date.now(), observed, memory));
  });
  return { name: spec.name, requests: local.counters, endpoints: await Promise.all(endpoints) };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });
}
