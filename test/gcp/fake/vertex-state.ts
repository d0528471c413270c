/** What Vertex AI keeps, and how it names things: with the project's number, whatever it was asked with. */
import type { JsonObject } from '../protos';
import type { Clock } from './clock';
import { Collection } from './collection';
import { codeOf, GoogleError, invalid, notFound, type Status } from './errors';
import type { Faults } from './faults';

export interface Place {
  readonly project: string;
  readonly projectNumber: string;
  readonly location: string;
}

export type DeployedModel = JsonObject & {
  readonly id: string;
  readonly model: string;
  readonly modelVersionId: string;
};
export type Endpoint = JsonObject & {
  readonly name: string;
  readonly displayName: string;
  readonly etag: string;
  readonly deployedModels: readonly DeployedModel[];
  readonly trafficSplit: Readonly<Record<string, number>>;
};
export type PipelineJob = JsonObject & { readonly name: string; readonly state: string; readonly createTime: string };
/** What all versions share. */
export type ModelFamily = JsonObject & {
  readonly name: string;
  readonly displayName: string;
  readonly versions: number;
};
/** Its own fields; what all versions share stands in the family. */
export type ModelVersion = JsonObject & {
  readonly name: string;
  readonly versionId: string;
  readonly versionAliases: readonly string[];
  readonly etag: string;
};
export type Operation = JsonObject & {
  readonly name: string;
  readonly metadata: JsonObject;
  readonly done: boolean;
  readonly response?: JsonObject;
  readonly error?: { readonly code: number; readonly message: string };
};

/** What goes on after the answer. */
export class Work {
  constructor(
    /** The resource that the operation belongs to. */
    readonly of: string,
    /** When it has succeeded: its effect, and the operation's response. */
    readonly finish: () => JsonObject,
    /** When it has failed. */
    readonly fail: () => void = () => undefined,
  ) {}
}

export type Handler = (request: JsonObject, asOf: number) => JsonObject | Work;
export type Handlers = Readonly<Record<string, Handler>>;

export class VertexState {
  readonly endpoints: Collection<Endpoint>;
  readonly jobs: Collection<PipelineJob>;
  readonly families: Collection<ModelFamily>;
  /** By `<model>@<number>`. */
  readonly versions: Collection<ModelVersion>;
  readonly operations: Collection<Operation>;
  /** What takes back an operation that runs, by its name. */
  readonly undo = new Map<string, () => void>();
  /** Most entries in a page of a list. */
  page = 100;
  /** Whether an endpoint shows a deployed model before its operation is done. `[unverified]` either way. */
  listsDeploying = false;
  private numbers = 1000;

  constructor(
    readonly place: Place,
    readonly clock: Clock,
    readonly faults: Faults,
  ) {
    this.endpoints = new Collection(clock);
    this.jobs = new Collection(clock);
    this.families = new Collection(clock);
    this.versions = new Collection(clock);
    this.operations = new Collection(clock);
  }

  /** A name as Google writes it. */
  named = (name: unknown): string =>
    String(name).replace(/^projects\/[^/]+/, (project) =>
      project === `projects/${this.place.project}` ? `projects/${this.place.projectNumber}` : project,
    );

  /** Below the location: `nameOf('endpoints/shop')`. */
  nameOf = (path: string): string => `projects/${this.place.projectNumber}/locations/${this.place.location}/${path}`;

  /** Refuses another project or location, as one without rights there is refused. */
  within(parent: unknown): string {
    const name = this.named(parent);
    if (name === this.nameOf('').slice(0, -1)) return name;
    throw new GoogleError('PERMISSION_DENIED', `Permission denied on resource ${String(parent)}.`);
  }

  number = (): number => (this.numbers += 1);
  etag = (): string => `AMEw9y${Buffer.from(String(this.number())).toString('base64url')}`;

  endpoint(name: unknown): Endpoint {
    return found(this.endpoints, this.named(name), 'Endpoint');
  }

  job(name: unknown): PipelineJob {
    return found(this.jobs, this.named(name), 'PipelineJob');
  }

  /** Whether something is being done to it. */
  running = (resource: string): readonly Operation[] =>
    this.operations.values().filter(({ name, done }) => !done && name.startsWith(`${resource}/operations/`));
}

export function found<T>(collection: Collection<T>, name: string, kind: string): T {
  const value = collection.get(name);
  if (value === undefined) throw notFound(`The ${kind} "${name}"`);
  return value;
}

export const statusOf = (status: Status, message: string): { code: number; message: string } => ({
  code: codeOf(status),
  message,
});

/** https://cloud.google.com/resource-manager/docs/labels-overview */
export function checkLabels(labels: unknown): void {
  for (const [key, value] of Object.entries((labels ?? {}) as Readonly<Record<string, string>>)) {
    if (!/^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$/u.test(key)) throw invalid(`Invalid label key ${key}`);
    if (!/^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$/u.test(value)) throw invalid(`Invalid value of label ${key}: ${value}`);
  }
}
