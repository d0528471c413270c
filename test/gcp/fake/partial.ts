/** The `fields` parameter that all of Google's REST has: `items(name,size),nextPageToken`, `a/b`, `*`. */
import { isObject } from '../protos';
import { invalid } from './errors';

type Selection = ReadonlyMap<string, Selection | undefined>;

export function partial(body: unknown, fields: string | null): unknown {
  if (fields === null) return body;
  const [selection, rest] = parse(fields);
  if (rest !== '') throw invalid(`Invalid field selection ${fields}`);
  return select(body, selection);
}

function parse(text: string): readonly [Selection, string] {
  const selection = new Map<string, Selection | undefined>();
  let rest = text;
  for (;;) {
    const found = /^([\w*.-]+)/.exec(rest);
    if (!found) throw invalid(`Invalid field selection ${text}`);
    const [name] = found;
    rest = rest.slice(name.length);
    let inner: Selection | undefined;
    if (rest.startsWith('(')) {
      [inner, rest] = parse(rest.slice(1));
      if (!rest.startsWith(')')) throw invalid(`Invalid field selection ${text}`);
      rest = rest.slice(1);
    } else if (rest.startsWith('/')) {
      const end = /[,)]/.exec(rest)?.index ?? rest.length;
      [inner] = parse(rest.slice(1, end));
      rest = rest.slice(end);
    }
    selection.set(name, inner);
    if (!rest.startsWith(',')) return [selection, rest];
    rest = rest.slice(1);
  }
}

function select(value: unknown, selection: Selection): unknown {
  if (Array.isArray(value)) return value.map((inner) => select(inner, selection));
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([name]) => selection.has(name) || selection.has('*'));
  return Object.fromEntries(
    kept.map(([name, inner]) => {
      const deeper = selection.get(name) ?? selection.get('*');
      return [name, deeper ? select(inner, deeper) : inner];
    }),
  );
}
