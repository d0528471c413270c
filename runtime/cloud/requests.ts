/** What people ask of the loop: an object a request, from anywhere, until the loop has acknowledged it. */
import { layout } from '../../constructs/spec/layout';
import type { Request } from '../loop/platform';
import { ABSENT, type Store } from './store';

/** Ids travel in the tags of runs, which have room for twenty of this length. */
const ID = /^[\w-]{1,100}$/;

/** Files a request. The loop is woken by the object. */
export async function fileRequest(store: Store, endpoint: string, request: Request): Promise<void> {
  await store.write(pathOf(endpoint, request.id), request, ABSENT);
}

/**
 * Oldest first. What is no request is told to `log` and left alone: a rollback must not wait until somebody has removed a file
 * that was filed by mistake.
 */
export async function readRequests(
  store: Store,
  endpoint: string,
  log: (line: string) => void,
): Promise<readonly Request[]> {
  const requests: Request[] = [];
  for await (const { key } of store.list(`${layout.requests(endpoint)}/`)) {
    const name = key.slice(layout.requests(endpoint).length + 1);
    const text = await store.readText(key);
    if (!text) continue;
    const request = name.endsWith('.json') ? parse(name.slice(0, -'.json'.length), text.value) : undefined;
    if (request) requests.push(request);
    else log(`${store.uri(key)} is no request that mlops files: delete the object`);
  }
  return requests.sort((a, b) => a.at - b.at);
}

/** Acknowledges it. */
export const removeRequest = (store: Store, endpoint: string, id: string): Promise<void> =>
  store.remove(pathOf(endpoint, id));

const pathOf = (endpoint: string, id: string): string => `${layout.requests(endpoint)}/${id}.json`;

function parse(id: string, text: string): Request | undefined {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { at, kind, version } = (found ?? {}) as Partial<Record<'at' | 'kind' | 'version', unknown>>;
  if (!ID.test(id) || typeof at !== 'number') return undefined;
  // The name acknowledges it: a request must not be able to remove another's object.
  if (kind === 'train') return { id, at, kind };
  if ((kind === 'rollback' || kind === 'approve' || kind === 'reject') && typeof version === 'string')
    return { id, at, kind, version };
  return undefined;
}
