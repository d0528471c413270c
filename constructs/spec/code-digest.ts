/** Names model code by its contents. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * sha256 of what `sha256sum` prints for the files below `directory`: a line `<sha256>  <path>` each, sorted by path as
 * bytes of UTF-8; directories named __pycache__ do not count. The same as `code_digest` in runtime/serve/mlops_model/artifact.py.
 */
export function codeDigest(directory: string): string {
  const paths = filesBelow(directory, '').sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const lines = paths.map((path) => `${sha256(readFileSync(join(directory, path)))}  ${path}\n`);
  return sha256(lines.join(''));
}

function filesBelow(root: string, folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = folder ? `${folder}/${name}` : name;
    if (!statSync(join(root, path)).isDirectory()) return [path];
    return name === '__pycache__' ? [] : filesBelow(root, path);
  });
}

function sha256(contents: string | Buffer): string {
  return createHash('sha256').update(contents).digest('hex');
}
