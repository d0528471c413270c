/**
 * Documents inside texts, such as a pipeline's definition: opened, so that a difference shows the line that differs.
 * What CloudFormation fills in stays where it was, in CloudFormation's own notation.
 */
import { isObject, mapValues, type Json, type JsonObject } from './json';

// Characters that no template holds mark where CloudFormation fills something in.
const HOLE = /\uE000(\d+)\uE001/g;

/** Each text that is a JSON object or list becomes `{ '<json>': … }`, and each join without a separator an `Fn::Sub`. */
export function opened(value: Json): Json {
  if (typeof value === 'string') return openedText(value, []);
  if (Array.isArray(value)) return value.map(opened);
  if (!isObject(value)) return value;
  const parts = joinedParts(value) ?? substitutedParts(value);
  if (!parts) return mapValues(value, opened);
  const fillings = parts.filter((part) => typeof part !== 'string');
  let next = 0;
  return openedText(
    parts.map((part) => (typeof part === 'string' ? part : `\uE000${next++}\uE001`)).join(''),
    fillings,
  );
}

function joinedParts(value: JsonObject): readonly Json[] | undefined {
  const join = value['Fn::Join'];
  if (!Array.isArray(join) || join[0] !== '' || !Array.isArray(join[1])) return undefined;
  return join[1] as readonly Json[];
}

/** `a/${Bucket}` is the join of `a/` and a reference. */
function substitutedParts(value: JsonObject): readonly Json[] | undefined {
  const text = value['Fn::Sub'];
  if (typeof text !== 'string') return undefined;
  return text.split(/(\$\{[^!}][^}]*\})/).map((part) => {
    const name = /^\$\{([^!}][^}]*)\}$/.exec(part)?.[1];
    if (name === undefined) return part.replaceAll('${!', '${');
    const [resource, ...attribute] = name.split('.');
    return attribute.length > 0 ? { 'Fn::GetAtt': [resource ?? '', attribute.join('.')] } : { Ref: name };
  });
}

function openedText(text: string, fillings: readonly Json[]): Json {
  const document = documentIn(text);
  if (document !== undefined) return { '<json>': openedStrings(document, fillings) };
  const parts = text.split(HOLE).flatMap((part, at): readonly Json[] => {
    // Every second part is the number of a filling.
    if (at % 2 === 1) return [fillings[Number(part)] ?? null];
    return part === '' ? [] : [part];
  });
  const [only] = parts;
  if (parts.length <= 1) return typeof only === 'object' && only !== null ? opened(only) : text;
  const names = parts.map((part) => (typeof part === 'string' ? part.replaceAll('${', '${!') : nameOf(part)));
  if (names.every((name) => name !== undefined)) return { 'Fn::Sub': names.join('') };
  return { 'Fn::Join': ['', parts.map((part) => (typeof part === 'string' ? part : opened(part)))] };
}

function openedStrings(value: Json, fillings: readonly Json[]): Json {
  if (typeof value === 'string') return openedText(value, fillings);
  if (Array.isArray(value)) return value.map((item: Json) => openedStrings(item, fillings));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key.replace(HOLE, (_, at: string) => nameOf(fillings[Number(at)] ?? null) ?? `\${${at}}`),
      openedStrings(item, fillings),
    ]),
  );
}

function documentIn(text: string): Json | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** What is left of joins: in one line each, where `Fn::Sub` knows no way to write a part of it. */
export function shortened(value: Json): Json {
  if (Array.isArray(value)) return value.map(shortened);
  if (!isObject(value)) return value;
  const parts = joinedParts(value);
  if (!parts) return mapValues(value, shortened);
  const texts = parts.map((part) =>
    typeof part === 'string' ? part.replaceAll('${', '${!') : (nameOf(part) ?? `\${${JSON.stringify(part)}}`),
  );
  return { '<join>': texts.join('') };
}

/** How a reference is written inside `Fn::Sub`, where it can be. */
function nameOf(reference: Json): string | undefined {
  if (!isObject(reference)) return undefined;
  const { Ref: name, 'Fn::GetAtt': attribute } = reference;
  if (typeof name === 'string') return `\${${name}}`;
  if (typeof attribute === 'string') return `\${${attribute}}`;
  return Array.isArray(attribute) && attribute.every((part) => typeof part === 'string')
    ? `\${${attribute.join('.')}}`
    : undefined;
}
