/** Posts notices to a webhook. Its address may be a secret: nothing that is said of a failure holds it. */
import type { Notification } from '../../constructs/spec/notify';
import type { Failure } from './notify';

const TIMEOUT_MS = 5_000;

/** Its address, or the secret that holds it. */
export type WebhookAt = { readonly url: string } | { readonly secret: string };

export class Webhook {
  private address: string | undefined;

  constructor(
    private readonly at: WebhookAt,
    /** What a secret of the platform's holds. */
    private readonly secretOf: (secret: string) => Promise<string>,
  ) {}

  async post(notification: Notification): Promise<Failure | undefined> {
    try {
      this.address ??= await this.find();
    } catch (error) {
      return { why: `its address cannot be read: ${(error as Error).message}`, tryAgain: true };
    }
    try {
      const response = await fetch(this.address, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(notification),
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.body?.cancel();
      const { ok, status } = response;
      if (ok) return undefined;
      // The secret may hold another address by now.
      this.address = undefined;
      return { why: `it answered ${status}`, tryAgain: status === 429 || status >= 500 };
    } catch (error) {
      const { cause, message } = error as Error & { readonly cause?: NodeJS.ErrnoException };
      this.address = undefined;
      return { why: cause?.message || cause?.code || message, tryAgain: true };
    }
  }

  private async find(): Promise<string> {
    if ('url' in this.at) return this.at.url;
    const address = (await this.secretOf(this.at.secret)).trim();
    if (!URL.canParse(address) || !/^https?:/.test(address))
      throw new Error('the secret holds no address that begins with https:// or http://');
    return address;
  }
}
