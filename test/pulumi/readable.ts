/** A recorded program as text: for goldens, so that a difference shows the line that differs. */
import { createHash } from 'node:crypto';
import { Document, stringify, visit } from 'yaml';
import { opened } from '../../testing/embedded';
import { isObject, mapTexts, mapValues, sorted, type Json, type JsonObject } from '../../testing/json';
import { labelOf } from './readable-values';
import type { Recorded, Registration } from './record';
import type { Schema } from './schema';

/** What fits stands in one line. */
const WIDTH = 120;
/** Longer documents stand in the program's text by their digest alone, archives of more files by their number. */
const LONGEST = 12;

/**
 * A block a resource, in the order of the URNs; options begin with `$`. What goes without saying is left out: a parent that the name
 * begins with, the SDK's version, and what the SDK always treats as a secret. A component that all is waited for stands for its
 * parts. Documents inside texts are opened below `<json>`; of long ones a digest is left, and `documents` has them. Digests of
 * contents are named after the resource that has them first, whole or cut short, so that code may change without changing this.
 *
 * @param chosen - of a part of the program, for a golden that a person reads to its end. @default - all, and the outputs
 */
export function readable(
  recorded: Recorded,
  schemas: readonly Schema[],
  chosen?: (each: Registration) => boolean,
): string {
  const blocks = Object.entries(blocksOf(recorded, schemas));
  const titles = chosen && new Set(recorded.resources.filter(chosen).map(titleOf));
  const shown = titles ? blocks.filter(([title]) => titles.has(title)) : blocks;
  return print(mapValues(Object.fromEntries(shown), shortened));
}

/** The documents that `readable` leaves out, each a text by the resource and the property that hold it. */
export function documents(recorded: Recorded, schemas: readonly Schema[]): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [title, block] of Object.entries(blocksOf(recorded, schemas)))
    for (const [path, document] of documentsIn(block, title.replace(/ \(.*/, ''))) found[path] = print(document);
  return found;
}

function blocksOf({ resources, outputs }: Recorded, schemas: readonly Schema[]): JsonObject {
  const components = partsOf(resources);
  const blocks = resources.map((each) => [titleOf(each), blockOf(each, schemas, components)] as const);
  const returned = Object.keys(outputs).length > 0 ? [['outputs', opened(outputs)] as const] : [];
  return named(Object.fromEntries([...blocks, ...returned]));
}

const titleOf = ({ urn, type }: Registration): string => `${labelOf(urn)} (${type})`;

type Components = ReadonlyMap<string, readonly string[]>;

/** Labels of all that stands in a component, by its label; the outermost first. */
function partsOf(resources: readonly Registration[]): Components {
  const parents = new Map(resources.map(({ urn, parent }) => [urn, parent]));
  const within = (urn: string, component: string): boolean => {
    for (let above = parents.get(urn); above !== undefined; above = parents.get(above))
      if (above === component) return true;
    return false;
  };
  const components = resources.filter(({ custom }) => !custom).map(({ urn }) => urn);
  const parts = components.map((component): [string, string[]] => [
    labelOf(component),
    resources.filter(({ urn, custom }) => custom && within(urn, component)).map(({ urn }) => labelOf(urn)),
  ]);
  return new Map(parts.sort(([, a], [, b]) => b.length - a.length));
}

function blockOf(registration: Registration, schemas: readonly Schema[], components: Components): Json {
  const { parent, read, inputs, options, type, name } = registration;
  const { additionalSecretOutputs = [], aliases = [], dependsOn = [], ...others } = options;
  const own = schemas.find(({ types }) => type in types)?.types[type];
  const former = own?.formerly.map((each) => JSON.stringify({ type: each }));
  const said = {
    $parent: parent !== undefined && !name.startsWith(`${nameOf(parent)}/`) ? labelOf(parent) : undefined,
    $read: read,
    $dependsOn: together(dependsOn, components),
    ...Object.fromEntries(Object.entries(others).map(([key, value]) => [`$${key}`, value])),
    $version: undefined,
    $aliases: aliases.filter((alias) => !former?.includes(JSON.stringify(alias))),
    $additionalSecretOutputs: additionalSecretOutputs.filter((each) => !own?.secrets.includes(each)),
  };
  const telling = Object.entries(said).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
  const plainly = Object.entries(inputs).map(([key, value]): [string, Json] => [
    key,
    own?.secrets.includes(key) && isObject(value) ? (value['<secret>'] ?? value) : value,
  ]);
  return { ...(Object.fromEntries(telling) as JsonObject), ...(sorted(opened(Object.fromEntries(plainly))) as object) };
}

const nameOf = (urn: string): string => urn.split('::').at(-1)!;

/** A component in place of its parts, where all of them are there. */
function together(dependsOn: readonly string[], components: Components): readonly string[] {
  const left = new Set(dependsOn);
  for (const [component, parts] of components)
    if (parts.length > 0 && parts.every((part) => left.has(part))) {
      parts.forEach((part) => left.delete(part));
      left.add(component);
    }
  return [...left].sort();
}

/** sha256 in full, unless somebody pinned it; and what may be the beginning of one. */
const WHOLE = /(?<![0-9A-Za-z]|sha256:)[0-9a-f]{64}(?![0-9A-Za-z])/g;
const DIGEST = /(?<![0-9A-Za-z])[0-9a-f]{8,64}(?![0-9A-Za-z])/g;

function named(blocks: JsonObject): JsonObject {
  const names = new Map<string, string>();
  for (const [title, block] of Object.entries(blocks)) {
    const owner = title.replace(/ \(.*/, '');
    const fresh = [...new Set(JSON.stringify(block).match(WHOLE))].filter((digest) => !names.has(digest));
    fresh.forEach((digest, i) => names.set(digest, `<digest of ${owner}${i > 0 ? ` ${i + 1}` : ''}>`));
  }
  const nameOf = (found: string): string => [...names].find(([digest]) => digest.startsWith(found))?.[1] ?? found;
  return mapTexts(blocks, (text) => text.replace(DIGEST, nameOf)) as JsonObject;
}

function shortened(value: Json): Json {
  if (Array.isArray(value)) return value.map(shortened);
  if (!isObject(value)) return value;
  const archive = value['<archive>'];
  if (Array.isArray(archive) && archive.length > LONGEST) return { ...value, '<archive>': `${archive.length} files` };
  if (!('<json>' in value)) return mapValues(value, shortened);
  const text = print(value['<json>']);
  const lines = text.split('\n').length - 1;
  if (lines <= LONGEST) return value;
  return { '<json>': `<${lines} lines, ${createHash('sha256').update(text).digest('hex').slice(0, 8)}>` };
}

function* documentsIn(value: Json, path: string): Generator<readonly [string, Json]> {
  if (Array.isArray(value)) for (const [i, item] of value.entries()) yield* documentsIn(item as Json, `${path}[${i}]`);
  else if (isObject(value))
    for (const [key, item] of Object.entries(value))
      if (key !== '<json>') yield* documentsIn(item, `${path}.${key}`);
      else if (shortened(value) !== value) yield [path, item] as const;
}

function print(value: Json): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Collection: (_, node) => {
      if (node === document.contents) return undefined;
      const line = stringify(node.toJS(document), {
        collectionStyle: 'flow',
        lineWidth: 0,
        aliasDuplicateObjects: false,
      });
      if (line.length > WIDTH || line.trimEnd().includes('\n')) return undefined;
      node.flow = true;
      return visit.SKIP;
    },
  });
  return document.toString({ lineWidth: 0 });
}
