/** Files that are handed over with a stack: in order, the same everywhere, and not without end. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { archiveOf, checkFiles, filesBelow, MOST_FILES } from '../../constructs/pulumi/files';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

function folderOf(contents: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'mlops-files-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(contents)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const FILES = { 'b.py': 'b', 'a/z.py': 'z', 'a/__pycache__/z.pyc': 'no', 'a.py': 'a' };

test('a folder is its files in the order of their names, without what Python leaves behind', async () => {
  const folder = folderOf(FILES);
  expect(filesBelow(folder).map(({ name }) => name)).toEqual(['a.py', 'a/z.py', 'b.py']);
  expect(await filesBelow(`${folder}/`)[1]!.asset.path).toBe(join(folder, 'a/z.py'));
});

test('a file is itself', async () => {
  const file = join(folderOf(FILES), 'a/z.py');
  const [only, ...others] = filesBelow(file);
  expect(only!.name).toBe('z.py');
  expect(await only!.asset.path).toBe(file);
  expect(others).toEqual([]);
});

test('an archive is named by what is in it, wherever it lies', async () => {
  const [one, two, other] = [folderOf(FILES), folderOf(FILES), folderOf({ ...FILES, 'a.py': 'changed' })].map(
    archiveOf,
  );
  expect(one!.digest).toBe(two!.digest);
  expect(one!.digest).not.toBe(other!.digest);
  expect(Object.keys(await one!.archive.assets)).toEqual(['a.py', 'a/z.py', 'b.py']);
});

test('refuses more files than a stack should hold', () => {
  const names = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`${i}.csv`, '']));
  expect(checkFiles(folderOf(names(MOST_FILES)), 'datasets.rows.source', 'copy them')).toEqual([]);
  expect(checkFiles(folderOf(names(MOST_FILES + 1)), 'datasets.rows.source', 'copy them')).toMatchObject([
    { path: 'datasets.rows.source', expected: 'at most 200 that are uploaded with the stack' },
  ]);
});
