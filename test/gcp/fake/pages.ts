/** Lists: their order and their pages. https://google.aip.dev/158 · https://google.aip.dev/132#ordering */
import { createHash } from 'node:crypto';
import { camelCase, type JsonObject } from '../protos';
import { invalid } from './errors';
import { valueAt } from './filter';

export interface Page<T> {
  readonly entries: readonly T[];
  readonly nextPageToken?: string;
}

/** A token is good for the same question only. */
export function pageOf<T>(values: readonly T[], request: JsonObject, most: number): Page<T> {
  const { pageSize, pageToken, ...question } = request;
  const digest = createHash('sha256').update(JSON.stringify(question)).digest('hex').slice(0, 8);
  const size = Number(pageSize ?? 0);
  if (size < 0) throw invalid(`page_size must not be negative, got ${size}`);
  const from = typeof pageToken === 'string' && pageToken !== '' ? offsetOf(pageToken, digest) : 0;
  const end = from + (size === 0 ? most : Math.min(size, most));
  const entries = values.slice(from, end);
  return end < values.length ? { entries, nextPageToken: tokenOf(end, digest) } : { entries };
}

const tokenOf = (offset: number, digest: string): string => Buffer.from(`${digest}:${offset}`).toString('base64url');

function offsetOf(token: string, digest: string): number {
  const [of, offset] = Buffer.from(token, 'base64url').toString('utf8').split(':');
  if (of !== digest) throw invalid('Invalid page_token: it is of another question.');
  return Number(offset);
}

/** Such as `create_time desc, end_time`. */
export function ordered<T>(values: readonly T[], orderBy: unknown, fields: readonly string[], otherwise: string): T[] {
  const terms = (typeof orderBy === 'string' && orderBy !== '' ? orderBy : otherwise).split(',').map((term) => {
    const [name = '', direction = 'asc', ...rest] = term.trim().split(/\s+/);
    const field = camelCase(name);
    if (!fields.includes(field) || !['asc', 'desc'].includes(direction) || rest.length > 0)
      throw invalid(`Invalid order_by: ${term}`);
    return { path: field.split('.'), sign: direction === 'desc' ? -1 : 1 };
  });
  // Newest first among equals too: what came to be at one moment of the clock did so in this order.
  const newestFirst = terms[0]?.sign === -1 ? [...values].reverse() : [...values];
  return newestFirst.sort((a, b) => {
    for (const { path, sign } of terms) {
      const [left, right] = [valueAt(a, path), valueAt(b, path)].map((value) =>
        typeof value === 'string' ? value : '',
      );
      if (left !== right) return left! < right! ? -sign : sign;
    }
    return 0;
  });
}
