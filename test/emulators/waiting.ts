/** Waiting for another process: by looking, as often as it takes but not for ever. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Patience {
  /** @default 240 */
  readonly tries?: number;
  /** Milliseconds from one look to the next. @default 250 */
  readonly pause?: number;
}

/**
 * What `look` finds as soon as it finds something. How long that takes decides nothing, unless it is so long that something
 * must be wrong: then it throws.
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | false | undefined>,
  { tries = 240, pause = 250 }: Patience = {},
): Promise<T> {
  for (let left = tries; left > 0; left -= 1) {
    const found = await look();
    if (found !== false && found !== undefined) return found;
    await sleep(pause);
  }
  throw new Error(`waited for ${what}: not after ${tries} looks, one each ${pause} ms`);
}
