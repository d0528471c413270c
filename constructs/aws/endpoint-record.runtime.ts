/**
 * What was last asked of an endpoint, as a document in the record. SageMaker has no condition on an update, and tells of one that
 * it took back only by still using the old configuration: the condition, and what was asked for, are here.
 */
import { Refused, type Shares, type Time } from '../../runtime/loop/platform';
import { ABSENT, type Store } from './store.runtime';

/** `loop/<endpoint>/endpoint.json` */
export interface EndpointDocument {
  /** Grows with each thing that is asked of deployments and traffic: part of the etag. */
  readonly change: number;
  readonly asked?: Asked;
}

export type Asked = {
  readonly at: Time;
  /** SageMaker has accepted it; before that, nobody knows whether it was ever sent. */
  readonly begun: boolean;
} & (
  | { readonly operation: 'place' | 'retire' | 'switch'; readonly deployment: string; readonly config: string }
  | { readonly operation: 'shift'; readonly shares: Shares }
  | { readonly operation: 'grow'; readonly deployment: string; readonly replicas: number }
  | { readonly operation: 'remove' }
);

/** `Asked` before it is sent. */
export type Asking = Asked extends infer A ? (A extends Asked ? Omit<A, 'at' | 'begun'> : never) : never;

export interface Kept {
  readonly document: EndpointDocument;
  readonly etag: string;
}

export class EndpointRecord {
  constructor(
    private readonly store: Store,
    private readonly endpoint: string,
  ) {}

  async read(): Promise<Kept> {
    const found = await this.store.read<EndpointDocument>(this.path);
    return found ? { document: found.value, etag: found.etag } : { document: { change: 0 }, etag: ABSENT };
  }

  /** Of two that saw the same record one may ask. What is refused leaves the etag as it was. */
  async ask({ document, etag }: Kept, asking: Asking, now: Time, send: () => Promise<void>): Promise<void> {
    const change = asking.operation === 'grow' ? document.change : document.change + 1;
    const asked: EndpointDocument = { change, asked: { ...asking, at: now, begun: false } };
    const claim = await this.write(asked, etag);
    try {
      await send();
    } catch (error) {
      // A conflict may be with the first attempt at the same, whose answer was lost, and any other error says nothing about what
      // became of it: that is seen at the endpoint.
      if (error instanceof Refused) await this.write({ ...asked, change: document.change }, claim);
      throw error;
    }
    await this.write({ change, asked: { ...asked.asked!, begun: true } }, claim);
  }

  /** It was seen to be under way, whatever whoever asked for it has heard. */
  async begin({ document, etag }: Kept): Promise<void> {
    const { asked, change } = document;
    if (asked) await this.write({ change: change + 1, asked: { ...asked, begun: true } }, etag);
  }

  /** What had failed is cleared away. */
  async forget({ document, etag }: Kept): Promise<void> {
    await this.write({ change: document.change + 1 }, etag);
  }

  private write(document: EndpointDocument, ifMatch: string): Promise<string> {
    return this.store.write(this.path, document, ifMatch);
  }

  private get path(): string {
    return `loop/${this.endpoint}/endpoint.json`;
  }
}
