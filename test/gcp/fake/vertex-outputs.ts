/** Where a pipeline job leaves what its tasks made. */
import { createHash } from 'node:crypto';
import type { JsonObject } from '../protos';
import type { FakeObjects } from './objects';
import type { PipelineJob, Place } from './vertex-state';

/** By `<task>/<output>/<file>`, or `<task>/<output>` of an output that is one file: a text, bytes, or what is written as JSON. */
export type Outputs = Readonly<Record<string, string | Buffer | object>>;

/** `<gcsOutputDirectory>/<project number>/<job id>/<task>_<number>/<output>/…`; the number is any of 64 bits, negative ones too. */
export function writeOutputs(objects: FakeObjects, place: Place, job: PipelineJob, outputs: Outputs): void {
  const { gcsOutputDirectory } = job.runtimeConfig as JsonObject & { gcsOutputDirectory: string };
  const [, bucket, folder] = /^gs:\/\/([^/]+)\/?(.*?)\/?$/.exec(gcsOutputDirectory)!;
  const base = [folder, place.projectNumber, job.name.split('/').at(-1)].filter(Boolean).join('/');
  const attempt = objects.names(bucket!, `${base}/`).length;
  for (const [path, body] of Object.entries(outputs)) {
    const [task, ...rest] = path.split('/');
    const digest = createHash('sha256').update(`${base} ${task} ${attempt}`).digest();
    objects.put(bucket!, `${base}/${task}_${digest.readBigInt64BE()}/${rest.join('/')}`, body);
  }
}
