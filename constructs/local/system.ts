/** Puts the parts of the local target together, in the order in which they need each other. */
import { setMaxListeners } from 'node:events';
import { resolve } from 'node:path';
import { noticeOfRun } from '../../runtime/loop/notice';
import type { Platform } from '../../runtime/loop/platform';
import { Database } from '../../runtime/steps/database';
import { layout } from '../spec/layout';
import type { ResolvedMlops } from '../spec/mlops';
import { Captures } from './capture';
import { Closers } from './closers';
import { Dataset } from './data';
import { endpointParts, type EndpointParts } from './endpoint';
import { findFacts, type LocalFacts } from './facts';
import { Gateway } from './gateway';
import { lock } from './lock';
import type { LocalOptions } from './mlops';
import { keepReport } from './monitor.runtime';
import { Closing, Runs } from './pipeline.runtime';
import type { RunRecord } from './run';
import { SCRATCH, Storage } from './storage';
import { keepTraining } from './training.runtime';
import { watchFolders } from './watch';
import { webhooksOf } from './webhooks';
import { Workshop } from './workshop';

/** The running parts. */
export interface System {
  readonly url: string;
  readonly facts: LocalFacts;
  readonly platforms: ReadonlyMap<string, Platform>;
  readonly runs: Runs;
  readonly storage: Storage;
  readonly captures: Captures;
  readonly gateway: Gateway;
  readonly workshop: Workshop;
  /** Aborted when the system closes. */
  readonly signal: AbortSignal;
  /** A run is in flight, or a deployment starts or stops. */
  busy(): boolean;
  /** From now on `onChange` is also called for what comes into the folders of requests, data and labels. */
  watch(): void;
  close(): Promise<void>;
}

export type SystemOptions = LocalOptions &
  Required<Pick<LocalOptions, 'clock' | 'log'>> & { readonly onChange: () => void };

export async function openSystem(spec: ResolvedMlops, options: SystemOptions): Promise<System> {
  const closers = new Closers();
  try {
    return await assemble(spec, options, closers);
  } catch (error) {
    await closers.close();
    throw error;
  }
}

async function assemble(spec: ResolvedMlops, options: SystemOptions, closers: Closers): Promise<System> {
  const { root, log, clock, onChange } = options;
  const webhooks = webhooksOf(spec);
  const { storage, db } = await openRecord(options.stateDir, closers);
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([stop.signal, options.signal]) : stop.signal;
  setMaxListeners(0, signal);
  const workshop = new Workshop(options.cacheDir, { pythonDir: options.pythonDir, log, signal });
  await workshop.sweep();
  const { environments } = workshop;
  const facts = await findFacts({ spec, root, storage, server: await environments.serverDigest() });
  for (const { code } of Object.values(facts.endpoints)) await environments.python(storage.path(layout.code(code)));

  const endpoints = new Map<string, EndpointParts>();
  const runs = new Runs({
    storage,
    clock,
    log,
    run: (job) => workshop.run(job),
    keep: (run, outputs) =>
      run.kind === 'train' ? keepTraining(spec, storage, run, outputs) : keepReport(storage, run, outputs),
    onEnd: (run) => {
      const notice = noticeOfRun(run);
      if (notice) void endpoints.get(endpointOf(spec, run))?.notifier?.tell(notice, clock());
      onChange();
    },
  });
  const schema = (endpoint: string, version: string) => endpoints.get(endpoint)!.registry.get(version).schema;
  const captures = new Captures({ storage, db, schema, log });
  closers.add(() => captures.flush());
  const datasets = datasetsOf(spec, options, storage, db);
  for (const name of Object.keys(spec.endpoints)) {
    const parts = endpointParts({
      spec,
      name,
      facts,
      storage,
      runs,
      captures,
      datasets,
      webhooks,
      environments,
      answerWithin: options.answerWithin,
      log,
      onChange,
    });
    endpoints.set(name, parts);
    closers.add(() => parts.notifier?.close());
    closers.add(() => parts.endpoint.close());
    await parts.open();
  }
  closers.add(() => runs.close());
  await runs.open();
  for (const { platform } of endpoints.values()) await platform.open(clock());
  const gateway = gatewayOf(spec, options, facts, endpoints, captures);
  closers.add(() => gateway.close());
  closers.add(() => stop.abort(new Closing('the target was closed')));
  return {
    url: await gateway.listen(options.port ?? 0),
    facts,
    platforms: new Map([...endpoints].map(([name, { platform }]) => [name, platform])),
    runs,
    storage,
    captures,
    gateway,
    workshop,
    signal,
    busy: () => runs.inFlight || [...endpoints.values()].some(({ endpoint }) => endpoint.busy),
    watch: watchOnce(foldersToWatch(storage, datasets, [...endpoints.keys()]), onChange, log, closers),
    close: () => closers.close(),
  };
}

/** A training run belongs to a pipeline, which has one endpoint at most; a monitor's run belongs to the endpoint itself. */
function endpointOf({ endpoints }: ResolvedMlops, { kind, owner }: RunRecord): string {
  if (kind === 'monitor') return owner;
  return Object.keys(endpoints).find((name) => endpoints[name]!.model === owner) ?? '';
}

async function openRecord(stateDir: string, closers: Closers): Promise<{ storage: Storage; db: Database }> {
  const held = await lock(stateDir);
  closers.add(() => held.release());
  const storage = new Storage(stateDir);
  closers.add(() => storage.settle());
  await storage.remove(SCRATCH);
  const db = await Database.open();
  closers.add(() => db.close());
  return { storage, db };
}

function datasetsOf(
  spec: ResolvedMlops,
  { root, data, log }: SystemOptions,
  storage: Storage,
  db: Database,
): ReadonlyMap<string, Dataset> {
  const scratch = storage.path(SCRATCH);
  return new Map(
    Object.entries(spec.datasets).map(([name, dataset]) => {
      const path = data?.[name] ?? resolve(root, dataset.source);
      return [name, new Dataset({ dataset, path, db, scratch, log })];
    }),
  );
}

function gatewayOf(
  spec: ResolvedMlops,
  { clock, log, arrival = clock, overview }: SystemOptions,
  { generation }: LocalFacts,
  endpoints: ReadonlyMap<string, EndpointParts>,
  captures: Captures,
): Gateway {
  const show = ({ endpoint }: EndpointParts) => ({
    deployments: endpoint.view().deployments,
    errors: endpoint.errors(),
  });
  return new Gateway({
    endpoints: [...endpoints.keys()],
    arrival,
    log,
    answer: async (name, body, at) => endpoints.get(name)?.endpoint.answer(body, at),
    onPrediction: (prediction) => captures.add(prediction),
    overview:
      overview ??
      (() => ({
        name: spec.name,
        generation,
        endpoints: Object.fromEntries([...endpoints].map(([name, parts]) => [name, show(parts)])),
      })),
  });
}

function foldersToWatch(
  storage: Storage,
  datasets: ReadonlyMap<string, Dataset>,
  endpoints: readonly string[],
): string[] {
  return [
    ...[...datasets].flatMap(([name, { path }]) => [path, storage.path(layout.labels(name))]),
    ...endpoints.map((name) => storage.path(layout.requests(name))),
  ];
}

function watchOnce(
  folders: readonly string[],
  onChange: () => void,
  log: (line: string) => void,
  closers: Closers,
): () => void {
  let watching = false;
  return () => {
    if (!watching) closers.add(watchFolders(folders, onChange, log));
    watching = true;
  };
}
