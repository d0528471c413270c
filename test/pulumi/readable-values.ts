/** Values of registrations as people read them: references for outputs, names and digests for files. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Json } from '../../testing/json';
import { isObject, signatureOf, textOf, UNKNOWN, type Wire, type WireObject } from './wire';

/** `Bucket shop/storage/bucket`, of a URN. */
export function labelOf(urn: string): string {
  const [, , types, name] = urn.split('::');
  return `${types?.split(/[$:/]/).at(-1)} ${name}`;
}

/** Stands for an output: `${Bucket shop/storage/bucket.url}`. */
export const reference = (urn: string, path: string): string => `\${${labelOf(urn)}.${path}}`;

export const isReference = (text: string): boolean => /^\$\{[A-Z]\w* [^{}]+\}$/.test(text);

/**
 * - a secret is `{ '<secret>': … }`;
 * - a file is `{ '<file>': name, sha256 }`, a text that becomes one `{ '<text>': … }`;
 * - an archive is `{ '<archive>': [name, …], sha256 }`;
 * - another resource is a reference without an output.
 */
export function plain(value: Wire): Json {
  if (value === UNKNOWN) return '<unknown>';
  if (Array.isArray(value)) return (value as readonly Wire[]).map(plain);
  if (!isObject(value)) return value;
  switch (signatureOf(value)) {
    case 'secret':
      return { '<secret>': plain(value['value'] ?? null) };
    case 'asset':
      return fileOf(value);
    case 'archive':
      return archiveOf(value);
    case 'resource':
      return `\${${labelOf(textOf(value, 'urn')!)}}`;
    case undefined:
      return Object.fromEntries(
        Object.entries(value)
          .filter(([key]) => !key.startsWith('__'))
          .map(([key, item]) => [key, plain(item)]),
      );
  }
}

function fileOf(asset: WireObject): Json {
  const path = textOf(asset, 'path');
  if (path === undefined) return { '<text>': textOf(asset, 'text') ?? textOf(asset, 'uri')! };
  return { '<file>': basename(path), sha256: sha256(readFileSync(path)) };
}

/** The digest is over what `sha256sum` prints for the files, as that of model code. */
function archiveOf(archive: WireObject): Json {
  const files = filesOf(archive, '');
  const lines = files.map(([name, digest]) => `${digest}  ${name}\n`);
  return { '<archive>': files.map(([name]) => name), sha256: sha256(lines.join('')) };
}

/** Name and digest of each file in an archive, sorted. */
function filesOf(archive: WireObject, at: string): [string, string][] {
  if (typeof archive['path'] === 'string') return digestsBelow(archive['path'], at);
  const { assets } = archive;
  if (!isObject(assets)) return [[at, textOf(archive, 'uri')!]];
  return Object.keys(assets)
    .sort()
    .flatMap((name) => {
      const item = assets[name] as WireObject;
      if (signatureOf(item) === 'archive') return filesOf(item, `${at}${name}/`);
      const path = textOf(item, 'path');
      const contents = path === undefined ? textOf(item, 'text')! : readFileSync(path);
      return [[`${at}${name}`, sha256(contents)] satisfies [string, string]];
    });
}

/** Of a folder its files; of a file that is an archive itself the one. */
function digestsBelow(path: string, at: string): [string, string][] {
  if (!statSync(path).isDirectory()) return [[`${at}${basename(path)}`, sha256(readFileSync(path))]];
  return readdirSync(path)
    .sort()
    .flatMap((name): [string, string][] => {
      const below = join(path, name);
      return statSync(below).isDirectory()
        ? digestsBelow(below, `${at}${name}/`)
        : [[`${at}${name}`, sha256(readFileSync(below))]];
    });
}

const sha256 = (contents: string | Buffer): string => createHash('sha256').update(contents).digest('hex');
