/** What the loop must know of the system as it is opened: its generation, the revision of its deployments, its model code. */
import { randomUUID } from 'node:crypto';
import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { layout } from '../spec/layout';
import type { ResolvedMlops } from '../spec/mlops';
import { SpecError } from '../spec/problem';
import { digestOf } from './content';
import { codeDigest } from '../spec/code-digest';
import { SCRATCH, type Storage } from './storage';

export interface LocalFacts {
  /** Grows each time that a changed system is opened on the same state. */
  readonly generation: number;
  readonly endpoints: Readonly<Record<string, EndpointFacts>>;
}
export interface EndpointFacts {
  /** Digest of the server program and the number of servers. What the model code requires belongs to the version. */
  readonly revision: string;
  /** Digest of the model code. */
  readonly code: string;
}

/** `system.json`: what was opened last. */
interface SystemDocument {
  readonly generation: number;
  readonly endpoints: LocalFacts['endpoints'];
  readonly spec: ResolvedMlops;
}

export interface FactsOptions {
  readonly spec: ResolvedMlops;
  readonly root: string;
  readonly storage: Storage;
  /** Digest of the program that serves models. */
  readonly server: string;
}

/** Keeps a copy of the model code of each pipeline, so that a run never sees code that is being edited. */
export async function findFacts({ spec, root, storage, server }: FactsOptions): Promise<LocalFacts> {
  const codes: Record<string, string> = {};
  for (const [name, { code }] of Object.entries(spec.pipelines))
    codes[name] = await keepCode(spec, name, resolve(root, code), storage);
  const endpoints = Object.fromEntries(
    Object.entries(spec.endpoints).map(([name, { model, replicas }]) => [
      name,
      { revision: digestOf([server, replicas.min]).slice(0, 8), code: codes[model]! },
    ]),
  );
  const before = (await storage.read<SystemDocument>('system.json'))?.value;
  if (before && digestOf([before.spec, before.endpoints]) === digestOf([spec, endpoints]))
    return { generation: before.generation, endpoints };
  const generation = (before?.generation ?? 0) + 1;
  await storage.write('system.json', { generation, endpoints, spec } satisfies SystemDocument);
  return { generation, endpoints };
}

async function keepCode(spec: ResolvedMlops, pipeline: string, folder: string, storage: Storage): Promise<string> {
  if (!existsSync(folder)) {
    const fix = 'correct the path; it starts at the folder of the spec';
    throw new SpecError(spec.name, [
      { path: `pipelines.${pipeline}.code`, got: folder, expected: 'a folder with model.py', fix },
    ]);
  }
  const digest = codeDigest(folder);
  const kept = storage.path(layout.code(digest));
  if (existsSync(kept)) return digest;
  const draft = storage.path(SCRATCH, randomUUID());
  try {
    await cp(folder, draft, { recursive: true, filter: (path) => basename(path) !== '__pycache__' });
    await mkdir(dirname(kept), { recursive: true });
    await rename(draft, kept);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return digest;
}
