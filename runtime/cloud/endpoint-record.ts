/**
 * What was last asked of an endpoint, as a document in the record: platforms have no condition on what is asked of deployments, and
 * not all of them tell afterwards what it was.
 */
import { Refused, type Time } from '../loop/platform';
import { ABSENT, type Store } from './store';

/** `loop/<endpoint>/endpoint.json` */
export interface EndpointDocument<What> {
  /** Grows with each thing that is asked of deployments and traffic: part of the etag. */
  readonly change: number;
  readonly asked?: Asked<What>;
}

export type Asked<What> = What & {
  readonly at: Time;
  /** The platform has accepted it; before that, nobody knows whether it was ever sent. */
  readonly begun: boolean;
  /** The platform's own name of what it does about it, where it has one. */
  readonly name?: string;
};

export interface Kept<What> {
  readonly document: EndpointDocument<What>;
  readonly etag: string;
}

export interface Manner<What extends { readonly operation: string }> {
  /** What moves neither deployments nor traffic, and leaves the etag as it is. */
  readonly still: readonly What['operation'][];
  /** The client asks only once. Otherwise a conflict may be with the first attempt at the same, whose answer was lost. */
  readonly once: boolean;
}

export class EndpointRecord<What extends { readonly operation: string }> {
  constructor(
    private readonly store: Store,
    private readonly endpoint: string,
    private readonly manner: Manner<What>,
  ) {}

  async read(): Promise<Kept<What>> {
    const found = await this.store.read<EndpointDocument<What>>(this.path);
    return found ? { document: found.value, etag: found.etag } : { document: { change: 0 }, etag: ABSENT };
  }

  /**
   * Of two that saw the same record one may ask. What is refused leaves the etag as it was.
   *
   * @param send gives the platform's name of it, where it has one
   */
  async ask(kept: Kept<What>, what: What, now: Time, send: () => Promise<string | void>): Promise<void> {
    const { document, etag } = kept;
    const change = this.manner.still.includes(what.operation) ? document.change : document.change + 1;
    const asked: Asked<What> = { ...what, at: now, begun: false };
    const claim = await this.write({ change, asked }, etag);
    let name: string | void;
    try {
      name = await send();
    } catch (error) {
      // Any other error says nothing about what became of it: that is seen at the endpoint.
      if (error instanceof Refused)
        await this.write(this.manner.once ? document : { change: document.change, asked }, claim);
      throw error;
    }
    await this.write({ change, asked: { ...asked, begun: true, ...(name && { name }) } }, claim);
  }

  /** It was seen to be under way, whatever whoever asked for it has heard. */
  async begin({ document, etag }: Kept<What>, name?: string): Promise<void> {
    const { asked, change } = document;
    if (asked) await this.write({ change: change + 1, asked: { ...asked, begun: true, ...(name && { name }) } }, etag);
  }

  /** What had failed is cleared away. */
  async forget({ document, etag }: Kept<What>): Promise<void> {
    await this.write({ change: document.change + 1 }, etag);
  }

  private write(document: EndpointDocument<What>, ifMatch: string): Promise<string> {
    return this.store.write(this.path, document, ifMatch);
  }

  private get path(): string {
    return `loop/${this.endpoint}/endpoint.json`;
  }
}
