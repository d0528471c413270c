/** What is said about resources beside their arguments. */
import type { CustomResourceOptions } from '@pulumi/pulumi';

/**
 * Changes what is about to be made: given the arguments, returns those that are used. Options of resources, such as `protect`, are
 * changed by Pulumi's own `transforms`.
 */
export type Transform<Args> = (args: Args) => Args;

/** The transform of whoever gave none. */
export const unchanged = <Args>(args: Args): Args => args;

/** Of what outlives the stack, unless the spec's `onDestroy` says otherwise. */
export const kept = (onDestroy: 'retain' | 'delete'): Pick<CustomResourceOptions, 'retainOnDelete'> =>
  onDestroy === 'retain' ? { retainOnDelete: true } : {};
