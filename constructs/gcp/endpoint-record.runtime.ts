/**
 * What was last asked of an endpoint. Vertex AI has a condition on a change of traffic only, and an operation does not tell what it
 * deploys: the condition, and what was asked for, are in the record.
 */
import * as recorded from '../../runtime/cloud/endpoint-record';
import type { Store } from '../../runtime/cloud/store';
import type { Shares } from '../../runtime/loop/platform';

export type Asking =
  | { readonly operation: 'place' | 'retire' | 'remove'; readonly deployment: string }
  | { readonly operation: 'shift'; readonly shares: Shares }
  | { readonly operation: 'scale'; readonly deployment: string; readonly replicas: number };

export type Asked = recorded.Asked<Asking>;
export type Kept = recorded.Kept<Asking>;
export type EndpointRecord = recorded.EndpointRecord<Asking>;

export const endpointRecord = (store: Store, endpoint: string): EndpointRecord =>
  new recorded.EndpointRecord<Asking>(store, endpoint, { still: ['scale'], once: true });
