/** What goes into the image: the files that it is built from, and the digest that it is named by. */
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { show, when, type Problem } from '../spec/problem';
import { bundle } from './bundle';

export interface ImageContext {
  /** A build context: `docker build` needs nothing else. */
  readonly directory: string;
  /** sha256 of the contents: the same on any machine, at any time, in any folder. */
  readonly digest: string;
}

const ROOT = join(__dirname, '../..');
const REQUIREMENTS = 'requirements.txt';

/** Lines of requirements.txt that need a file which is not there when the image is built. */
const BESIDE = /^(?:-r|--requirement|-c|--constraint|-e|--editable|-f|--find-links|\.{0,2}\/|file:)/;

/** What keeps a folder of model code from having an image of its own. */
export function checkRequirements(folder: string, path: string): Problem[] {
  const file = join(folder, REQUIREMENTS);
  if (!existsSync(file))
    return [
      {
        path,
        got: `${folder}, without ${REQUIREMENTS}`,
        expected: `a folder of model code with ${REQUIREMENTS}`,
        fix: 'add the file; it may be empty',
      },
    ];
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.trim());
  return lines.flatMap((line, i) =>
    when(BESIDE.test(line), {
      path: `${file}:${i + 1}`,
      got: show(line),
      expected: 'packages of an index: the image is built from this file alone',
      fix: 'write the packages down here, each with its version',
    }),
  );
}

/** Writes the build context of a folder of model code to a folder below `parent`. The code itself is no part of the image. */
export function stageImage(folder: string, parent: string): ImageContext {
  const files = imageFiles(folder);
  const digest = digestOf(files);
  const directory = join(parent, `image-${digest.slice(0, 16)}`);
  rmSync(directory, { recursive: true, force: true });
  for (const [path, contents] of files) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true, mode: 0o755 });
    writeFileSync(file, contents);
    // Whatever the mask of this process: in the image they are read by anyone.
    chmodSync(file, path.startsWith('bin/') ? 0o755 : 0o644);
  }
  return { directory, digest };
}

/** Contents by path, in the order of the paths. */
function imageFiles(folder: string): ReadonlyMap<string, Buffer> {
  const sources = new Map<string, string>([
    ...below('image', 'bin').map((path): [string, string] => [path, join(ROOT, 'image', path)]),
    ...['Dockerfile', 'steps/package.json', 'steps/package-lock.json'].map((path): [string, string] => [
      path,
      join(ROOT, 'image', path),
    ]),
    ['steps/index.js', join(bundle('steps'), 'index.js')],
    ...below('runtime', 'serve')
      .filter((path) => path.endsWith('.py') || path === `serve/${REQUIREMENTS}`)
      .map((path): [string, string] => [path, join(ROOT, 'runtime', path)]),
    [`model/${REQUIREMENTS}`, join(folder, REQUIREMENTS)],
  ]);
  return new Map([...sources].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, file]) => [path, readFileSync(file)]));
}

/** Paths of all files of a folder, from the one above it. */
function below(parent: string, folder: string): string[] {
  return readdirSync(join(ROOT, parent, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? below(parent, path) : [path];
  });
}

/** As the digest of model code: sha256 of what `sha256sum` prints for the files. */
function digestOf(files: ReadonlyMap<string, Buffer>): string {
  const sha256 = (contents: string | Buffer) => createHash('sha256').update(contents).digest('hex');
  return sha256([...files].map(([path, contents]) => `${sha256(contents)}  ${path}\n`).join(''));
}
