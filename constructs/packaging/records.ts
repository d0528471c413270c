/** Records by name: without what is not there, and in order. */

/** Without what is not there: an option that is not given is not an option that is `undefined`. */
export function given<T extends Readonly<Record<string, unknown>>>(
  options: T,
): { readonly [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}

/** By name, so that the order in which a spec is written changes nothing. */
export const inOrder = <T>(
  record: Readonly<Record<string, unknown>>,
  make: (name: string) => T,
): Readonly<Record<string, T>> =>
  Object.fromEntries(
    Object.keys(record)
      .sort()
      .map((name) => [name, make(name)]),
  );
