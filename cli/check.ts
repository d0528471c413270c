/** mlops check: is the spec right, and what does this machine do with it? */
import { featuresOf, resolve, type Feature } from '../constructs/spec';
import { support } from '../constructs/local/support';
import { placeOf, type CommonOptions, type Io } from './io';

export async function check(options: CommonOptions, io: Io): Promise<void> {
  const { spec, root } = placeOf(options, io);
  const resolved = resolve(spec, { root, target: { name: 'local', support } });
  if (options.json) return io.print(JSON.stringify(resolved, undefined, 2));
  const asked = featuresOf(resolved);
  const notes = asked.flatMap(({ feature, path }) => note(feature, path));
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
  for (const line of notes) io.print(line);
}

/** What this machine does in another way than asked. */
function note(feature: Feature, path: string): string[] {
  const answer = support[feature];
  return typeof answer === 'object' && 'via' in answer ? [`  ${path}: here, ${answer.via}`] : [];
}
