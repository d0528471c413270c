/** The endpoint that a command is about. */
import { UserError } from '../constructs/spec';

/** The one that was named, or all of them. */
export function endpointsOf(known: readonly string[], asked: string | undefined): readonly string[] {
  if (asked === undefined) return known;
  if (!known.includes(asked))
    throw new UserError(`There is no endpoint ${asked}; the spec has ${known.join(', ') || 'none'}.`);
  return [asked];
}

/** The one that was named, or the only one. */
export function endpointOf(known: readonly string[], asked: string | undefined): string {
  const found = endpointsOf(known, asked);
  if (found.length === 1) return found[0]!;
  throw new UserError(
    known.length === 0
      ? 'The spec has no endpoint; add one under endpoints.'
      : `The spec has the endpoints ${known.join(', ')}. Name one with --endpoint NAME.`,
  );
}
