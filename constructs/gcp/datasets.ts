/** Datasets: the rows that a spec's sources hold when the stack is deployed, put where training reads them. */
import { resolve } from 'node:path';
import type { ComponentResourceOptions, Resource } from '@pulumi/pulumi';
import { inOrder } from '../packaging/records';
import { Room } from '../pulumi/room';
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

export class Datasets extends Room {
  /** By dataset: the rows are there once these are. Empty where they are not uploaded. */
  readonly rows: Readonly<Record<string, readonly Resource[]>>;

  constructor(name: string, props: DatasetsProps, options: ComponentResourceOptions = {}) {
    super('mlops:gcp:Datasets', name, options);
    const { spec, storage, root, options: chosen = {} } = props;
    this.rows = inOrder(spec.datasets, (dataset) => {
      if (chosen[dataset]?.upload === false) return [];
      const from = resolve(root, spec.datasets[dataset]!.source);
      const path = `datasets.${dataset}.source`;
      return new Upload(this.named(dataset), { storage, from, to: layout.data(dataset), path }, { parent: this })
        .objects;
    });
  }
}
