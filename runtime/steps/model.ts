/** Completes the winner's model directory: its scores, its reference profile, and a digest of each file. */
import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelManifest, Reference } from '../../constructs/spec/artifact';
import type { Database, Relation } from './database';
import { writeJson } from './files';
import { profile, referenceEdges } from './profile';

export interface Completion {
  /** The candidate's directory, and the directory to make. */
  readonly from: string;
  readonly to: string;
  readonly manifest: ModelManifest;
  /** All rows that the model was trained on. */
  readonly rows: Relation;
  /** Its predictions for the test rows. */
  readonly predictions: Relation;
}

export async function completeModel(
  db: Database,
  { from, to, manifest, rows, predictions }: Completion,
): Promise<void> {
  cpSync(from, to, { recursive: true });
  const inputs = Object.fromEntries(Object.entries(manifest.schema.features).map(([name, { kind }]) => [name, kind]));
  const reference: Reference = {
    format: 1,
    inputs: await profile(db, rows, await referenceEdges(db, rows, inputs)),
    predictions: await profile(db, predictions, await referenceEdges(db, predictions, { prediction: 'number' })),
  };
  writeJson(to, 'reference.json', reference);
  writeJson(to, 'model.json', { ...manifest, files: digests(to) });
}

function digests(directory: string): ModelManifest['files'] {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(directory, '/').length))
    .filter((file) => file !== 'model.json')
    .sort();
  const digest = (file: string) =>
    createHash('sha256')
      .update(readFileSync(join(directory, file)))
      .digest('hex');
  return Object.fromEntries(files.map((file) => [file.replaceAll('\\', '/'), digest(file)]));
}
