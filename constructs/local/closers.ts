/** What must be closed, in the reverse of the order in which it was opened. */
export class Closers {
  private readonly closers: (() => Promise<void> | void)[] = [];

  add(closer: () => Promise<void> | void): void {
    this.closers.push(closer);
  }

  /** Closes all of it, whatever goes wrong on the way; the first error is thrown at the end. */
  async close(): Promise<void> {
    const errors: unknown[] = [];
    for (const closer of this.closers.splice(0).reverse()) {
      try {
        await closer();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
