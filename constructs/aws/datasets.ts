/** Datasets: the rows that a spec's sources hold when the stack is deployed, put where training reads them. */
import { resolve } from 'node:path';
import { Construct } from 'constructs';
import { layout } from '../spec/layout';
import type { ResolvedMlops } from '../spec/mlops';
import type { Storage } from './storage';
import { Upload } from './upload';

export interface DatasetsProps {
  readonly spec: ResolvedMlops;
  readonly storage: Storage;
  /** Folder that the sources start at. */
  readonly root: string;
  /** By dataset. @default {} */
  readonly options?: Readonly<Record<string, DatasetOptions>>;
}

export interface DatasetOptions {
  /**
   * Whether the files of `source` are put into the bucket when the stack is deployed.
   * @default true
   */
  readonly upload?: boolean;
}

export class Datasets extends Construct {
  constructor(scope: Construct, id: string, { spec, storage, root, options = {} }: DatasetsProps) {
    super(scope, id);
    for (const name of Object.keys(spec.datasets).sort()) {
      if (options[name]?.upload === false) continue;
      new Upload(this, name, {
        storage,
        files: { from: resolve(root, spec.datasets[name]!.source), to: layout.data(name) },
        path: `datasets.${name}.source`,
      });
    }
  }
}
