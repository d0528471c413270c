/** A service that speaks JSON, behind the SDK's own client: a function a call, and faults when a test wants them. */
import { clientOf, textOf, type Answer, type Sent } from './fake-http';

export type Input = Readonly<Record<string, unknown>>;

/** What the service refuses: its name of the error, and its message. */
export class Fault extends Error {
  constructor(
    override readonly name: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

export abstract class FakeJson {
  /** Names of the calls, in order. */
  readonly log: string[] = [];
  /** What was sent with them. */
  readonly sent: { readonly call: string; readonly input: Input }[] = [];
  /** Happens once, before that call is answered; what it throws is the answer. */
  before: readonly [call: string, act: () => void] | undefined;
  /** Happens once, after that call was carried out: the caller hears only what it throws. */
  after: readonly [call: string, act: () => void] | undefined;
  protected abstract readonly calls: Readonly<Record<string, (input: Input) => object>>;

  readonly clientOptions = { ...clientOf((sent) => this.answer(sent)), endpoint: 'https://service.invalid' };

  /** The last input of a call. */
  last(call: string): Input {
    const found = this.sent.findLast((each) => each.call === call);
    if (!found) throw new Error(`there was no ${call}`);
    return found.input;
  }

  times = (call: string): number => this.log.filter((each) => each === call).length;

  knows = (call: string): boolean => call in this.calls;

  answer({ headers, body }: Sent): Answer {
    const call = headers['x-amz-target']!.split('.')[1]!;
    const input = JSON.parse(textOf(body)) as Input;
    this.log.push(call);
    this.sent.push({ call, input });
    const answer = this.calls[call];
    if (!answer) throw new Error(`the fake has no ${call}`);
    try {
      this.happen('before', call);
      const output = answer(input);
      this.happen('after', call);
      return { status: 200, headers: JSON_HEADERS, body: JSON.stringify(output) };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const { name, message, status } = error;
      const headersOfError = { ...JSON_HEADERS, 'x-amzn-query-error': `${name};Sender` };
      return { status, headers: headersOfError, body: JSON.stringify({ __type: name, message }) };
    }
  }

  private happen(when: 'before' | 'after', call: string): void {
    const planned = this[when];
    if (planned?.[0] !== call) return;
    this[when] = undefined;
    planned[1]();
  }
}

const JSON_HEADERS = { 'content-type': 'application/x-amz-json-1.1' };

export const invalid = (message: string): Fault => new Fault('ValidationException', message);
