/** Which call an error of AWS came from: the errors themselves do not say. No client is loaded for it. */

export interface Call {
  /** As IAM calls it, as far as it is called like the call: `sagemaker:DescribeEndpoint`. */
  readonly action: string;
  /** Undefined where none is set. */
  readonly region: string | undefined;
}

const calls = new WeakMap<object, Call>();

export function noteCall(error: unknown, call: Call): void {
  if (typeof error === 'object' && error !== null) calls.set(error, call);
}

/** Undefined for any error that AWS has nothing to do with. */
export const callOf = (error: unknown): Call | undefined =>
  typeof error === 'object' && error !== null ? calls.get(error) : undefined;
