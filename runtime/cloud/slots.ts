/** An endpoint has room for the champion and one challenger; what must hold before either is touched. */
import { Refused, type Deployment, type Endpoint, type Shares } from '../loop/platform';

export const SLOTS = 2;

/** A condition that no longer holds, or an endpoint that is changing. */
export function refuseUnless({ busy, etag }: Endpoint, ifMatch: string): void {
  if (busy) throw new Refused('the endpoint is changing');
  if (etag !== ifMatch) throw new Refused(`the endpoint has changed: got etag ${ifMatch}, expected ${etag}`);
}

/** The settings are those of one revision: what a deployment of another one consists of is not known any more. */
export function checkRevision(id: string, revision: string, settings: { readonly revision: string }): void {
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
