/** What the loop's port needs of an endpoint, whoever moves its traffic: the loop in steps, or SageMaker by its own guardrails. */
import {
  Refused,
  type Action,
  type Deployment,
  type Endpoint,
  type Shares,
  type Time,
} from '../../runtime/loop/platform';
import type { HostedSettings } from './endpoint-config.runtime';
import type { Hosting } from './hosting.runtime';
import type { Scaling } from './scaling.runtime';
import type { Store } from './store.runtime';

export interface ServedEndpoint {
  view(): Promise<Endpoint>;
  /** The variant whose figures are those of a deployment, as the last view showed it. */
  variantOf(deployment: string): string | undefined;
  /** Why what was asked for last did not come, in SageMaker's words, as the last view showed it. */
  readonly failure: string | undefined;
  place(action: Extract<Action, { do: 'place' }>): Promise<void>;
  shift(action: Extract<Action, { do: 'shift' }>): Promise<void>;
  retire(action: Extract<Action, { do: 'retire' }>): Promise<void>;
  remove(): Promise<void>;
  /** Keeps autoscaling as the settings want it. At each look: it changes nothing where nothing is to be done. */
  tend(): Promise<void>;
  /** Deletes what is left of deployments that are gone. */
  prune(): Promise<void>;
}

export interface EndpointParts {
  readonly settings: HostedSettings;
  readonly hosting: Hosting;
  readonly scaling: Scaling;
  readonly store: Store;
  readonly clock: () => Time;
  /** S3 URI of a version's model. */
  readonly modelOf: (version: string) => Promise<string>;
}

/** An endpoint has room for the champion and one challenger. */
export const SLOTS = 2;

/** A condition that no longer holds, or an endpoint that is changing. */
export function refuseUnless({ busy, etag }: Endpoint, ifMatch: string): void {
  if (busy) throw new Refused('the endpoint is changing');
  if (etag !== ifMatch) throw new Refused(`the endpoint has changed: got etag ${ifMatch}, expected ${etag}`);
}

/** The settings are those of one revision: what a deployment of another one consists of is not known any more. */
export function checkRevision(id: string, revision: string, settings: HostedSettings): void {
  if (revision !== settings.revision)
    throw new Error(`${id}: got revision ${revision}, expected ${settings.revision}, the one that is deployed`);
}

export function refuseUnready(shares: Shares, deployments: readonly Deployment[]): void {
  const given = Object.entries(shares).filter(([, share]) => share > 0);
  const sum = given.reduce((total, [, share]) => total + share, 0);
  if (sum !== 100) throw new Error(`shares: got a sum of ${sum}, expected 100`);
  const unready = given.find(([id]) => deployments.find((each) => each.id === id)?.state !== 'ready');
  if (unready) throw new Refused(`${unready[0]} is not ready`);
}
