/** Whether the properties of a resource are those that its type takes. */
import type { Fields, ResourceType, Schema, Shape } from './schema';
import { isObject, revealed, signatureOf, UNKNOWN, type Wire, type WireObject } from './wire';

export interface Fault {
  /** Such as `lifecycleRules[0].action.type`. */
  readonly path: string;
  readonly message: string;
}

export interface CheckOptions {
  /** A text that stands for a value of any shape. @default - none does */
  readonly standsIn?: (text: string) => boolean;
}

/** What is wrong with the inputs of a resource, in the order of the inputs. */
export function checkInputs(
  schema: Schema,
  type: ResourceType,
  inputs: WireObject,
  options: CheckOptions = {},
): Fault[] {
  return new Check(schema, options.standsIn ?? (() => false)).fields(type.inputs, inputs, '');
}

class Check {
  constructor(
    private readonly schema: Schema,
    private readonly standsIn: (text: string) => boolean,
  ) {}

  fields(known: Fields, given: WireObject, at: string): Fault[] {
    const below = (name: string) => (at ? `${at}.${name}` : name);
    // The engine keeps notes of its own among the inputs.
    const names = Object.keys(given).filter((name) => !name.startsWith('__'));
    const missing = Object.keys(known).filter((name) => known[name]!.required && (given[name] ?? null) === null);
    return [
      ...missing.map((name) => ({ path: below(name), message: 'is required, and missing' })),
      ...names.flatMap((name) => {
        const field = known[name];
        if (!field) return [{ path: below(name), message: `is unknown; there are ${Object.keys(known).join(', ')}` }];
        return this.value(field.shape, given[name]!, below(name));
      }),
    ];
  }

  private value(shape: Shape, given: Wire, at: string): Fault[] {
    const value = revealed(given);
    if (shape === 'any' || value === null || value === UNKNOWN) return [];
    if (typeof value === 'string' && this.standsIn(value)) return [];
    const signature = signatureOf(value);
    if (shape === 'asset') return signature === 'asset' || signature === 'archive' ? [] : [wrong(at, 'a file', value)];
    if (typeof shape === 'string') return typeof value === shape ? [] : [wrong(at, `a ${shape}`, value)];
    if ('literal' in shape) return value === shape.literal ? [] : [wrong(at, JSON.stringify(shape.literal), value)];
    if ('oneOf' in shape) return this.oneOf(shape.oneOf, value, at);
    if ('list' in shape) {
      if (!Array.isArray(value)) return [wrong(at, 'a list', value)];
      return (value as readonly Wire[]).flatMap((item, i) => this.value(shape.list, item, `${at}[${i}]`));
    }
    if (!isObject(value) || signature) return [wrong(at, 'an object', value)];
    if ('object' in shape) return this.fields(this.schema.shapes[shape.object]!, value, at);
    return Object.entries(value).flatMap(([key, item]) => this.value(shape.map, item, `${at}.${key}`));
  }

  /** What is nearest to right says what is wrong. */
  private oneOf(shapes: readonly Shape[], value: Wire, at: string): Fault[] {
    const faults = shapes.map((shape) => this.value(shape, value, at));
    return faults.reduce((least, each) => (each.length < least.length ? each : least));
  }
}

function wrong(path: string, expected: string, value: Wire): Fault {
  const got = Array.isArray(value) ? 'a list' : (signatureOf(value) ?? typeof value);
  return { path, message: `must be ${expected}, and is ${got}` };
}
