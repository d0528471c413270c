/** Posts notices to a webhook. Its address may be a secret: nothing that is said of a failure holds it. */
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Notification } from '../spec/notify';
import type { Failure } from './notify.runtime';
import type { LoopSettings } from './settings';

const TIMEOUT_MS = 5_000;

export class Webhook {
  private address: string | undefined;

  constructor(
    private readonly at: Exclude<LoopSettings['webhook'], false>,
    private readonly secrets: SecretsManagerClient,
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
    const { SecretString = '' } = await this.secrets.send(new GetSecretValueCommand({ SecretId: this.at.secret }));
    const address = SecretString.trim();
    if (!URL.canParse(address) || !/^https?:/.test(address))
      throw new Error('the secret holds no address that begins with https:// or http://');
    return address;
  }
}
