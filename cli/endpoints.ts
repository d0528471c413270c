/** The endpoint that a command is about. */
import { UserError } from '../constructs/spec';
import type { System } from './targets';

type Known = Pick<System, 'endpoints' | 'holder'>;

/** The one that was named, or all of them. */
export function endpointsOf({ endpoints, holder }: Known, asked: string | undefined): readonly string[] {
  if (asked === undefined) return endpoints;
  if (!endpoints.includes(asked))
    throw new UserError(`There is no endpoint ${asked}; ${holder} has ${endpoints.join(', ') || 'none'}.`);
  return [asked];
}

/** The one that was named, or the only one. */
export function endpointOf(known: Known, asked: string | undefined): string {
  const found = endpointsOf(known, asked);
  if (found.length === 1) return found[0]!;
  const holder = `${known.holder[0]!.toUpperCase()}${known.holder.slice(1)}`;
  throw new UserError(
    found.length === 0
      ? `${holder} has no endpoint; add one under endpoints.`
      : `${holder} has the endpoints ${found.join(', ')}. Name one with --endpoint NAME.`,
  );
}
