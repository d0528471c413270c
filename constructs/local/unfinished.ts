/** The act in progress: on disk from its beginning until its event is, so that a crash in between loses neither of them. */
import { isDeepStrictEqual } from 'node:util';
import type { Action } from '../../runtime/loop/platform';
import { appendLine, readLines } from './disk';
import { readEvents } from './record';
import type { Storage } from './storage';

export class Unfinished {
  constructor(
    private readonly storage: Storage,
    private readonly endpoint: string,
  ) {}

  begin(action: Action): Promise<void> {
    return appendLine(this.storage.path(this.path), JSON.stringify(action));
  }

  end(): Promise<void> {
    return this.storage.remove(this.path);
  }

  /** What the process before this one had begun and not recorded. */
  async action(): Promise<Action | undefined> {
    const begun = (await readLines<Action>(this.storage.path(this.path))).at(-1);
    const recorded = (await readEvents(this.storage.root, this.endpoint)).at(-1);
    return begun && !isDeepStrictEqual(recorded?.action, begun) ? begun : undefined;
  }

  private get path(): string {
    return `loop/${this.endpoint}/unfinished.jsonl`;
  }
}
