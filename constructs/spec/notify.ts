/** Notify: who is told when something happens to an endpoint that a person may want to know. */

/**
 * - `alarm`: a monitor found the endpoint degraded.
 * - `rejected`: a version may not serve any more: it broke a rollback rule, did not start, or a person rejected it.
 * - `failed`: a training or a monitor's run failed, or something that the loop tried to do.
 * - `rolled-out`: a version came through its bake at 100 %.
 */
export type Notice = 'alarm' | 'rejected' | 'failed' | 'rolled-out';

/** Posts each notice as JSON to a webhook; see `Notification`. */
export interface NotifySpec {
  readonly webhook: WebhookUrl | WebhookFromEnvironment;
  /**
   * @default ["alarm", "rejected", "failed", "rolled-out"]
   * @minItems 1
   */
  readonly on?: readonly Notice[];
}

/**
 * An address that is no secret.
 * @pattern ^https?://[^\s]+$
 */
export type WebhookUrl = string;

/** An address that is a secret: it stays out of the spec. */
export interface WebhookFromEnvironment {
  /**
   * Name of the environment variable that holds the address, where the loop runs.
   * @pattern ^[A-Za-z_][A-Za-z0-9_]*$
   */
  readonly env: string;
}

/** What is posted. */
export interface Notification {
  readonly format: 1;
  /** The same when a crash makes it come twice. */
  readonly id: string;
  readonly notice: Notice;
  /** Name of the spec. */
  readonly system: string;
  readonly endpoint: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** In plain words, what happened and why. */
  readonly text: string;
  readonly version?: string;
  readonly monitor?: string;
  readonly run?: string;
}
