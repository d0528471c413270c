/** What people ask of the loop: a file a request, from any process, until the loop has acknowledged it. */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { layout } from '../spec/layout';
import type { Request } from '../../runtime/loop/platform';
import { listFolder, unlessMissing, writeAtomically } from './disk';

/** Files a request; the loop of a running `mlops up` sees it at once, one that is started later, then. */
export function fileRequest(stateDir: string, endpoint: string, request: Request): Promise<void> {
  return writeAtomically(
    join(stateDir, layout.requests(endpoint), `${request.id}.json`),
    `${JSON.stringify(request)}\n`,
  );
}

/** Oldest first. */
export async function readRequests(stateDir: string, endpoint: string): Promise<readonly Request[]> {
  const folder = join(stateDir, layout.requests(endpoint));
  const files = (await listFolder(folder)).filter((file) => file.endsWith('.json'));
  const requests = await Promise.all(files.map((file) => readRequest(join(folder, file))));
  return requests.flatMap((request) => request ?? []).sort((a, b) => a.at - b.at);
}

async function readRequest(file: string): Promise<Request | undefined> {
  const text = await unlessMissing(readFile(file, 'utf8'));
  if (text === undefined) return undefined;
  try {
    const request = JSON.parse(text) as Request;
    // The name acknowledges it: a request must not be able to remove another's file.
    return { ...request, id: basename(file, '.json') };
  } catch (error) {
    throw new Error(`${file}: got text that is not JSON (${(error as Error).message}); delete the file`);
  }
}
