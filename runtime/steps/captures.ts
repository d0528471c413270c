/** Captured requests and predictions of one version in one window, whatever dialect the platform wrote them in. */
import { join } from 'node:path';
import type { CaptureManifest } from '../../constructs/spec/capture';
import { show } from '../../constructs/spec/problem';
import type { MonitorSubject } from '../../constructs/spec/report';
import { openSagemaker } from './capture-sagemaker';
import { openVertex } from './capture-vertex';
import { unite, valueOf } from './column';
import { literal, moment, type Database, type Relation } from './database';
import { readJson } from './files';
import { openParquet, type Part } from './source';
import { refuse } from './step';

/** Files that may hold more than the window and the version; `rows` cuts them. */
export interface Captures {
  /** Rows of the window and the version, with the columns that `select` makes of a part. */
  readonly rows: (select: (part: Part) => string) => Relation;
}

const FLAG = 'in.captures';

export async function openCaptures(
  db: Database,
  directory: string,
  { version, window }: MonitorSubject,
): Promise<Captures> {
  const parts = await open(db, directory, readJson(directory, 'manifest.json', FLAG) as CaptureManifest);
  const where = (part: Part) => {
    const at = valueOf(part, 'at', 'time');
    const own = `${valueOf(part, 'version', 'category')} = ${literal(version)}`;
    return `${own} AND ${at} >= ${moment(window.from)} AND ${at} < ${moment(window.to)}`;
  };
  return { rows: (select) => unite(parts, select, where) };
}

async function open(db: Database, directory: string, manifest: CaptureManifest): Promise<readonly Part[]> {
  const { dialect } = manifest;
  if (dialect === 'sagemaker') return [await openSagemaker(db, directory, manifest, FLAG)];
  if (dialect === 'vertex') return [await openVertex(db, directory, manifest, FLAG)];
  // Another one may come from a newer release than this.
  if ((dialect as string) !== 'parquet')
    refuse(
      `${FLAG}: manifest.json`,
      `the dialect ${show(dialect)}`,
      '"parquet", "sagemaker" or "vertex"',
      'use a release that knows this dialect',
    );
  const files = manifest.files.map((file) => join(directory, file));
  return files.length > 0 ? [await openParquet(db, files, FLAG)] : [];
}
