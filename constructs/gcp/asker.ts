/** Who asked Google: its refusals seldom say. No client is loaded for it. */

const askers = new WeakMap<object, string>();

/** @param who e-mail address */
export function noteAsker(error: unknown, who: string): void {
  if (typeof error === 'object' && error !== null) askers.set(error, who);
}

/** Undefined where it cannot be told. */
export const askerOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null ? askers.get(error) : undefined;

/** Nothing was asked, since there was no token to ask with. */
export class NoToken extends Error {
  constructor(override readonly cause: unknown) {
    super((cause as Error).message, { cause });
    this.name = 'NoToken';
  }
}
