/** A template as goldens: one file for each noun, short enough that a person reads it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Document, Scalar, visit, type Node } from 'yaml';
import { normalizedTemplate } from '../../testing';
import { isObject, type Json, type JsonObject } from '../../testing/json';
import { text } from './gates/template';
import type { Template } from './synthesize';

/** Reviewed where it is. */
const LAUNCHER = readFileSync(join(__dirname, '../../pipelines/compile/launch.sh'), 'utf8');

/** What belongs together, by construct path below the stack; the first that fits. `false` has a golden elsewhere. */
export type Rooms = readonly (readonly [fits: RegExp, room: string | false])[];

/** Text by room; what fits none of them is in `others`. */
export function goldensOf(template: Template, rooms: Rooms): ReadonlyMap<string, string> {
  const { Resources, ...sections } = normalizedTemplate(withoutLauncher(template));
  const found = new Map<string, Record<string, Json>>([['others', { ...sections }]]);
  for (const [id, resource] of Object.entries(Resources as JsonObject)) {
    const { Metadata, ...kept } = resource as JsonObject;
    const path = text(isObject(Metadata) ? Metadata['aws:cdk:path'] : id).replace(/^[^/]+\//, '');
    const room = rooms.find(([fits]) => fits.test(path))?.[1] ?? 'others';
    if (room !== false) found.set(room, { ...found.get(room), [id]: kept });
  }
  return new Map([...found].map(([room, parts]) => [room, compact(parts)]));
}

const LINE = 120;

/** In CloudFormation's own YAML: references in their short form, and on one line what fits there. */
function compact(parts: Readonly<Record<string, Json>>): string {
  const document = new Document(parts, { aliasDuplicateObjects: false });
  visit(document, {
    Collection: (_, node, path) => {
      const reference = referenceOf(node.toJSON() as Json);
      if (reference) return reference;
      // A resource is never one line.
      if (path.length > 3 && JSON.stringify(node).length < LINE) node.flow = true;
      return undefined;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

const withoutLauncher = (template: Template) =>
  JSON.parse(
    JSON.stringify(template)
      .replaceAll(JSON.stringify(LAUNCHER), '"<launch.sh>"')
      // It changes with whatever is in the image.
      .replaceAll(/\b(v\d+)-[0-9a-f]{8}\b/g, '$1-<revision>'),
  ) as Record<string, unknown>;

function referenceOf(value: Json): Node | undefined {
  if (!isObject(value) || Object.keys(value).length !== 1) return undefined;
  const { Ref: name, 'Fn::GetAtt': attribute, 'Fn::Sub': sub } = value;
  if (typeof name === 'string') return tagged('!Ref', name);
  if (typeof sub === 'string') return tagged('!Sub', sub);
  return Array.isArray(attribute) ? tagged('!GetAtt', attribute.join('.')) : undefined;
}

function tagged(tag: string, value: string): Scalar {
  const scalar = new Scalar(value);
  scalar.tag = tag;
  return scalar;
}
