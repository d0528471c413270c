/** Nouns of Google Cloud alone, recorded: without an engine, and without the system around them. */
import { recordProgram, type Recorded, type RecordOptions, type Registration } from '../pulumi/record';
import type { Place } from '../../constructs/gcp/place';
import type { Json } from '../../testing/json';
import { gcpSchema } from './used-types';

export const PLACE: Place = {
  project: 'acme-ml',
  projectNumber: '123456789012',
  location: 'europe-west4',
  prefix: 'shop',
  labels: { mlops_system: 'shop', team: 'pricing' },
};

export class Nouns {
  constructor(readonly recorded: Recorded) {}

  /** Those of a class of the SDK, such as `Bucket`, in the order of their names. */
  all(type: string): readonly Registration[] {
    return this.recorded.resources.filter((each) => each.type.endsWith(`:${type}`));
  }

  /** The only one of a class, or the only one of that name. */
  one(type: string, name?: string): Registration {
    const found = this.all(type).filter((each) => name === undefined || each.name === name);
    if (found.length !== 1) throw new Error(`${found.length} resources ${type} ${name ?? ''}, and not one`);
    return found[0]!;
  }

  /** What must be there before a resource, by class and name. */
  before({ options }: Registration): readonly string[] {
    return (options.dependsOn ?? []).map(String);
  }
}

export const recorded = async (program: () => unknown, options: Partial<RecordOptions> = {}): Promise<Nouns> =>
  new Nouns(
    await recordProgram(program, {
      project: 'shop',
      stack: 'dev',
      schemas: [gcpSchema()],
      patience: 500,
      ...options,
    }),
  );

export const inputOf = ({ inputs }: Registration, ...path: readonly (string | number)[]): Json | undefined =>
  path.reduce<Json | undefined>(
    (value, key) => (value as Readonly<Record<string, Json>> | undefined)?.[key as string],
    inputs as Json,
  );
