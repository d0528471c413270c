/** What stands between a client and the emulators of SageMaker. */

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Asks the emulator that has the operation, past all fills. */
export type Ask = (operation: string, body: object) => Promise<Answer>;

export interface Fill {
  readonly operations: readonly string[];
  /** What the emulators do, or fail to do, that SageMaker does otherwise. */
  readonly lack: string;
  readonly answer: (ask: Ask, operation: string, body: Readonly<Record<string, unknown>>) => Promise<Answer>;
}

/** SageMaker's own way to refuse. */
export const refuse = (message: string): Answer => ({
  status: 400,
  body: { __type: 'ValidationException', message },
});
