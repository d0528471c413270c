/**
 * What was last asked of an endpoint. SageMaker has no condition on an update, and tells of one that it took back only by still
 * using the old configuration: the condition, and what was asked for, are in the record.
 */
import * as recorded from '../../runtime/cloud/endpoint-record';
import type { Store } from '../../runtime/cloud/store';
import type { Shares } from '../../runtime/loop/platform';

export type Asking =
  | { readonly operation: 'place' | 'retire' | 'switch'; readonly deployment: string; readonly config: string }
  | { readonly operation: 'shift'; readonly shares: Shares }
  | { readonly operation: 'grow'; readonly deployment: string; readonly replicas: number }
  | { readonly operation: 'remove' };

export type Asked = recorded.Asked<Asking>;
export type Kept = recorded.Kept<Asking>;
export type EndpointRecord = recorded.EndpointRecord<Asking>;

export const endpointRecord = (store: Store, endpoint: string): EndpointRecord =>
  new recorded.EndpointRecord<Asking>(store, endpoint, { still: ['grow'], once: false });
