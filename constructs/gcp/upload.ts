/** Upload: files that the bucket must hold before anything runs. What is uploaded stays when the stack goes. */
import { statSync } from 'node:fs';
import type { ComponentResourceOptions, Resource } from '@pulumi/pulumi';
import * as storage from '@pulumi/gcp/storage';
import { checkFiles, filesBelow } from '../pulumi/files';
import { Room } from '../pulumi/room';
import { SpecError } from '../spec/problem';
import type { Storage } from './storage';

export interface UploadProps {
  readonly storage: Storage;
  /** A file or folder of this machine. */
  readonly from: string;
  /** The folder of the bucket that it goes to. */
  readonly to: string;
  /** Where the files are named in the spec. */
  readonly path: string;
}

export class Upload extends Room {
  readonly objects: readonly Resource[];

  /** Throws a SpecError where there are too many files. */
  constructor(name: string, props: UploadProps, options: ComponentResourceOptions = {}) {
    super('mlops:gcp:Upload', name, options);
    const { storage: record, from, to, path } = props;
    const recursive = statSync(from).isDirectory() ? '--recursive ' : '';
    const problems = checkFiles(
      from,
      path,
      `gcloud storage cp ${recursive}${from}${recursive && '/*'} gs://BUCKET/${to}/`,
    );
    if (problems.length > 0) throw new SpecError(record.place.prefix, problems);
    this.objects = filesBelow(from).map(
      ({ name: file, asset }) =>
        new storage.BucketObject(
          this.named(file),
          { bucket: record.bucket, name: `${to}/${file}`, source: asset },
          { parent: this, retainOnDelete: true, dependsOn: [...record.ready] },
        ),
    );
  }
}
