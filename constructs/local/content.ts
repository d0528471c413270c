/** Digests of directories by what is in them: what a task's cached outputs are found by. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** sha256 of any JSON value. */
export const digestOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

const NO_CONTENT = new Set(['__pycache__', 'node_modules']);

/** Reads a file once for as long as it is the same file, of the same size, last written at the same time. */
export class ContentDigests {
  private readonly files = new Map<string, Promise<string>>();

  /** Of all files below a directory, by their paths in it, or of one file. */
  async of(path: string): Promise<string> {
    if (!(await stat(path)).isDirectory()) return this.file(path);
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => !file.split(sep).some((part) => NO_CONTENT.has(part)))
      .sort();
    return digestOf(await Promise.all(files.map(async (file) => [relative(path, file), await this.file(file)])));
  }

  private async file(path: string): Promise<string> {
    // The inode, not the path: hard links of one file are one content.
    const { dev, ino, size, mtimeMs } = await stat(path);
    const key = `${dev}:${ino}:${size}:${mtimeMs}`;
    const known = this.files.get(key);
    if (known) return known;
    const digest = hashFile(path);
    this.files.set(key, digest);
    digest.catch(() => this.files.delete(key));
    return digest;
  }
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
