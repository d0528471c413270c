/** mlops check: is the spec right, can its data be trained on, and what does the target do with it? */
import { checkData } from '../constructs/local/check-data';
import { featuresOf, resolve, type Feature, type Support } from '../constructs/spec';
import { placeOf, type CommonOptions, type Io } from './io';

export async function check(options: CommonOptions, io: Io): Promise<void> {
  const { spec, root, target } = placeOf(options, io);
  const resolved = resolve(spec, { root, target });
  const rows = await checkData(resolved, root);
  if (options.json) return io.print(JSON.stringify(resolved, undefined, 2));
  const count = (nouns: object, noun: string) => {
    const names = Object.keys(nouns);
    return `${names.length} ${noun}${names.length === 1 ? '' : 's'}${names.length > 0 ? ` (${names.join(', ')})` : ''}`;
  };
  const nouns = [
    count(resolved.datasets, 'dataset'),
    count(resolved.pipelines, 'pipeline'),
    count(resolved.endpoints, 'endpoint'),
  ];
  io.print(`${resolved.name} is right: ${nouns.join(', ')}`);
  for (const { pipeline, text } of rows) io.print(`  pipelines.${pipeline}: ${text}`);
  for (const { feature, path } of featuresOf(resolved))
    for (const line of note(target.support, feature, path)) io.print(line);
}

/** What the target does in another way than asked. */
function note(support: Support, feature: Feature, path: string): string[] {
  const answer = support[feature];
  return typeof answer === 'object' && 'via' in answer ? [`  ${path}: here, ${answer.via}`] : [];
}
