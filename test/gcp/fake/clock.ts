/** Time that only the test moves. What falls due happens in its order, each thing at its own time. */
export class Clock {
  private readonly due: { readonly at: number; readonly act: () => void }[] = [];

  /** Milliseconds, as Date.now() tells them. */
  constructor(public now: number) {}

  advance(milliseconds: number): void {
    const end = this.now + milliseconds;
    for (let next = this.take(end); next; next = this.take(end)) {
      this.now = Math.max(this.now, next.at);
      next.act();
    }
    this.now = end;
  }

  /** At once where nothing is left to wait for. */
  in(milliseconds: number, act: () => void): void {
    if (milliseconds <= 0) return act();
    const at = this.now + milliseconds;
    const later = this.due.findIndex((other) => other.at > at);
    this.due.splice(later < 0 ? this.due.length : later, 0, { at, act });
  }

  /** As Google writes times: no fraction where it is none. */
  iso = (at = this.now): string => new Date(at).toISOString().replace('.000Z', 'Z');

  private take(end: number) {
    return this.due[0] && this.due[0].at <= end ? this.due.shift() : undefined;
  }
}
