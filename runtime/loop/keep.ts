/** Keeps looking: at every tick, and whenever somebody says that something happened. */
import type { Outcome } from './reconcile';

export interface KeepOptions {
  /** One look. What it throws is handed to `onError`; the next look starts from the world as it is then. */
  readonly look: () => Promise<Outcome>;
  /** Milliseconds between looks while nothing happens. */
  readonly tick: number;
  readonly onOutcome: (outcome: Outcome) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Looks never overlap; being woken during a look means one more look after it, however often it happens. A look that did
 * something is followed by another at once: what it did is news.
 */
export class Keeper {
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private again = false;
  private stopped = false;

  constructor(private readonly options: KeepOptions) {}

  /** Look now, or right after the look in progress. */
  wake(): void {
    if (this.stopped) return;
    this.again = true;
    this.looking ??= this.lookUntilQuiet().finally(() => {
      this.looking = undefined;
      if (!this.stopped) this.timer = setTimeout(() => this.wake(), this.options.tick);
    });
  }

  /** Resolves when the look in progress has ended; there is none after it. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.looking;
  }

  private async lookUntilQuiet(): Promise<void> {
    clearTimeout(this.timer);
    while (this.again && !this.stopped) {
      this.again = false;
      try {
        const outcome = await this.options.look();
        this.options.onOutcome(outcome);
        this.again ||= outcome.events.some(({ outcome: how, what }) => how === 'done' && what !== 'tell');
      } catch (error) {
        this.options.onError(error);
      }
    }
  }
}
