/** The JSON documents that steps read and write. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelManifest, Reference } from '../../constructs/spec/artifact';
import { show } from '../../constructs/spec/problem';
import { refuse } from './step';

export function writeJson(directory: string, file: string, value: unknown): void {
  writeFileSync(join(directory, file), `${JSON.stringify(value, null, 2)}\n`);
}

/** A JSON document; `flag` names the input in messages. Throws a `StepError` where it is not there or no JSON. */
export function readJson(directory: string, file: string, flag: string): unknown {
  const path = join(directory, file);
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code && code !== 'ENOENT') throw error;
    const got = code ? `no ${file} in ${show(directory)}` : `${file} that is not JSON (${message})`;
    return refuse(flag, got, `a directory with ${file}`, `give the directory that its program wrote`);
  }
}

export const readManifest = (directory: string, flag: string): ModelManifest =>
  readJson(directory, 'model.json', flag) as ModelManifest;

export const readReference = (directory: string, flag: string): Reference =>
  readJson(directory, 'reference.json', flag) as Reference;
