/** Things by name, and what they were: a list that lags is a list as of a moment ago. Values are replaced, never changed in place. */
import type { Clock } from './clock';

export class Collection<T> {
  private readonly histories = new Map<string, { readonly at: number; readonly value: T | undefined }[]>();

  constructor(private readonly clock: Clock) {}

  get = (name: string): T | undefined => this.histories.get(name)?.at(-1)?.value;
  has = (name: string): boolean => this.get(name) !== undefined;

  set(name: string, value: T): T {
    this.note(name, value);
    return value;
  }

  /** Throws where there is none. */
  update(name: string, change: (value: T) => T): T {
    const value = this.get(name);
    if (value === undefined) throw new Error(`There is no ${name}; there are: ${this.names().join(', ')}`);
    return this.set(name, change(value));
  }

  delete(name: string): void {
    this.note(name, undefined);
  }

  names = (): string[] => [...this.histories.keys()].filter((name) => this.has(name));

  /** In the order in which they came to be. */
  values(asOf = Infinity): T[] {
    return [...this.histories.values()].flatMap((history) => {
      const value = history.findLast(({ at }) => at <= asOf)?.value;
      return value === undefined ? [] : [value];
    });
  }

  private note(name: string, value: T | undefined): void {
    const history = this.histories.get(name) ?? [];
    this.histories.set(name, [...history, { at: this.clock.now, value }]);
  }
}
