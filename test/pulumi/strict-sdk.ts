/** An SDK that refuses what it would drop: properties of a resource that its class does not know. */
import type { Schema } from './schema';

type Constructor = new (name: string, args: object | undefined, options?: object) => object;

/** From now on, until it is undone: constructors of the types of these schemas throw where they are given what they do not know. */
export function tighten(schemas: readonly Schema[]): { undo(): void } {
  const undos = schemas.flatMap((schema) =>
    Object.values(schema.types).map((type) => {
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      const module = require(`${schema.package}/${type.module}`) as Record<string, Constructor>;
      const original = module[type.class]!;
      module[type.class] = class extends original {
        constructor(name: string, args: object = {}, options: { readonly id?: unknown } = {}) {
          const known = Object.keys(type.inputs);
          const unknown = options.id === undefined ? Object.keys(args).filter((key) => !known.includes(key)) : [];
          if (unknown.length > 0)
            throw new Error(`${type.class} ${name}: ${unknown.join(', ')} is unknown; there are ${known.join(', ')}`);
          super(name, args, options);
        }
      };
      return () => void (module[type.class] = original);
    }),
  );
  return { undo: () => undos.forEach((undo) => undo()) };
}
