/** Names that people read and platforms limit: the one way in which a name is made to fit. */
import { createHash } from 'node:crypto';

/**
 * The parts with hyphens between them; where that is longer than `limit`, cut and ended by a digest of the whole, so that two long
 * names stay apart and a name never changes by chance.
 */
export function fittingName(limit: number, ...parts: readonly string[]): string {
  const whole = parts.join('-');
  if (whole.length <= limit) return whole;
  const digest = createHash('sha256').update(whole).digest('hex').slice(0, 8);
  return `${whole.slice(0, limit - 9).replace(/-+$/, '')}-${digest}`;
}
