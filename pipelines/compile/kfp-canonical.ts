/** JSON that is the same for the same document: keys in order of their code units, no white space. */
export function canonical(document: object): string {
  return JSON.stringify(ordered(document));
}

function ordered(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(ordered);
  const fields = value as Readonly<Record<string, unknown>>;
  // Without a prototype: any key is a field.
  const sorted = Object.create(null) as Record<string, unknown>;
  for (const key of Object.keys(fields).sort()) sorted[key] = ordered(fields[key]);
  return sorted;
}
