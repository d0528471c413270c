/** Labels for a system in a cloud: checked here by the same program as on this machine, then put into its bucket. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LabelFiles } from '../../runtime/cloud/label-files';
import { addLabels, type LabelsFile } from '../../constructs/local/add-labels';
import { layout } from '../../constructs/spec/layout';
import type { AddedHere } from '../targets';

export async function addLabelsTo(
  files: LabelFiles,
  given: Omit<LabelsFile, 'stateDir'>,
  most: number,
): Promise<AddedHere> {
  const stateDir = await mkdtemp(join(tmpdir(), 'mlops-labels-'));
  try {
    const isCompared = await files.fetchInto(join(stateDir, layout.labels(given.name)));
    const added = await addLabels({ ...given, stateDir });
    return {
      ...added,
      file: await files.put(added.file),
      ...(!isCompared && {
        remark: `not compared with the labels that are there: they are more than ${most / 1024 / 1024} MiB`,
      }),
    };
  } finally {
    await rm(stateDir, { recursive: true, force: true });
  }
}
