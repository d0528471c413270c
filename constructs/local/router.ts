/** Divides requests by weight, without chance: of any hundred in a row each deployment gets exactly its percentage. */
import type { Shares } from '../../runtime/loop/platform';

/** Smooth weighted round robin: shares are spread evenly, so 10 % is every tenth request. */
export class Router {
  private credits: { readonly id: string; readonly share: number; credit: number }[] = [];

  /** From the next request on. */
  set(shares: Shares): void {
    this.credits = Object.entries(shares)
      .filter(([, share]) => share > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, share]) => ({ id, share, credit: 0 }));
  }

  /** The deployment of the next request; none where nothing has traffic. */
  next(): string | undefined {
    let chosen: (typeof this.credits)[number] | undefined;
    let total = 0;
    for (const entry of this.credits) {
      entry.credit += entry.share;
      total += entry.share;
      if (!chosen || entry.credit > chosen.credit) chosen = entry;
    }
    if (chosen) chosen.credit -= total;
    return chosen?.id;
  }
}
