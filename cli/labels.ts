/** mlops labels add: takes in labels that came after their rows. */
import { resolve as absolute } from 'node:path';
import { METRICS, resolve, UserError, type ResolvedMlops } from '../constructs/spec';
import { count } from '../runtime/steps/step';
import { placeOf, type CommonOptions, type Io } from './io';

export interface LabelsOptions extends CommonOptions {
  readonly dataset?: string;
}

export async function addLabelsCommand(file: string, options: LabelsOptions, io: Io): Promise<void> {
  const place = placeOf(options, io);
  const resolved = resolve(place.spec);
  const name = datasetOf(resolved, options.dataset);
  const system = await place.target.open(place, io);
  const { remark: unsaid, ...added } = await system.addLabels({
    name,
    dataset: resolved.datasets[name]!,
    binary: isBinary(resolved, name),
    file: absolute(io.cwd, file),
    at: Date.now(),
  });
  if (options.json) return io.print(JSON.stringify({ dataset: name, ...added }));
  io.print(`${count(added.rows, 'label')} of ${name} taken in: ${added.file}`);
  const remarks: readonly (readonly [number, string, string])[] = [
    [added.doubled, 'row', 'left out: another row says the same'],
    [added.unlabelled, 'row', 'left out: no label'],
    [added.contradictory, 'key', 'with different labels in this file: the latest at counts, then the later row'],
    [added.known, 'key', 'with the same label before'],
    [added.changed, 'key', 'with another label before: the latest at counts'],
  ];
  for (const [n, noun, remark] of remarks) if (n > 0) io.print(`  ${count(n, noun)} ${remark}`);
  if (unsaid !== undefined) io.print(`  ${unsaid}`);
  if (added.ignored.length > 0) io.print(`  columns that are not used: ${added.ignored.join(', ')}`);
}

function datasetOf({ datasets }: ResolvedMlops, asked: string | undefined): string {
  const names = Object.keys(datasets);
  if (asked !== undefined && !names.includes(asked))
    throw new UserError(`There is no dataset ${asked}; the spec has ${names.join(', ') || 'none'}.`);
  const name = asked ?? (names.length === 1 ? names[0] : undefined);
  if (name !== undefined) return name;
  throw new UserError(
    names.length === 0
      ? 'The spec has no dataset; add one under datasets.'
      : `The spec has the datasets ${names.join(', ')}. Name one with --dataset NAME.`,
  );
}

/** Whether a pipeline of this dataset predicts the probability of 1. */
const isBinary = ({ pipelines }: ResolvedMlops, dataset: string): boolean =>
  Object.values(pipelines)
    .filter((pipeline) => pipeline.dataset === dataset)
    .map((pipeline) => (pipeline.kind === 'training' ? pipeline.choose.metric : pipeline.metric))
    .some((metric) => METRICS[metric].task === 'classification');
