/** What a stub provider must be told of a resource type, beyond what it takes and gives: the cloud's own rules. */
import type { Fault } from './check';
import type { WireObject } from './wire';

/** What is there in the cloud that a stub stands for. */
export interface LiveResource {
  readonly type: string;
  readonly id: string;
  /** Inputs and outputs, secrets revealed. */
  readonly properties: WireObject;
}

/** The cloud as a rule sees it. */
export interface Place {
  /** Where the provider is configured to be. */
  readonly project: string;
  readonly projectNumber: string;
  readonly region: string;
  readonly live: readonly LiveResource[];
  /** Counts up, for what a cloud numbers by itself. */
  readonly next: () => number;
}

export interface Rule {
  /** Where the real provider says what makes a resource anew. */
  readonly source: string;
  /** Properties whose change makes it anew: names, or paths such as `encryption.key`. */
  readonly replacedOn: 'all' | readonly string[];
  /** Whether a name that is not given is made from the logical name, as Pulumi does. @default false */
  readonly named?: boolean;
  /** `inputs` with secrets revealed, as everywhere. */
  readonly id: (inputs: WireObject, place: Place) => string;
  /** What is known of its outputs once it is there. The others are made up from their names. */
  readonly outputs?: (inputs: WireObject, id: string, place: Place) => WireObject;
  /** Outputs that a change of one of these properties makes anew, and which a preview cannot know. */
  readonly renewed?: { readonly on: readonly string[]; readonly outputs: readonly string[] };
  /** What the cloud, or the provider, would refuse. What a preview does not know is UNKNOWN in `inputs`. */
  readonly check?: (inputs: WireObject) => readonly Fault[];
  /** What must be there before it is made: says what is missing. */
  readonly lacks?: (inputs: WireObject, place: Place) => string | undefined;
  /** What keeps it from being deleted. */
  readonly held?: (properties: WireObject, place: Place) => string | undefined;
}

/** By token. */
export type Rules = Readonly<Record<string, Rule>>;
