/** Notices as messages of a Pub/Sub topic, and the secret that holds a webhook's address. */
import type { Topic } from '../../runtime/cloud/notify';
import type { Notification } from '../spec/notify';
import type { Google } from './google.runtime';

export class PubSubTopic implements Topic {
  constructor(
    private readonly google: Google,
    /** Resource name. */
    private readonly name: string,
  ) {}

  async publish(notification: Notification): Promise<void> {
    const { notice, system, endpoint } = notification;
    const data = Buffer.from(JSON.stringify(notification, undefined, 2)).toString('base64');
    // Subscriptions can be filtered by attributes.
    const body = { messages: [{ data, attributes: { notice, system, endpoint } }] };
    // A notice that comes twice has the same id.
    await this.google.call('pubsub', 'POST', `${this.name}:publish`, { body, repeatable: true });
  }
}

/** What a secret's version holds, by its resource name. */
export const secretsOf =
  (google: Google) =>
  async (version: string): Promise<string> => {
    const found = await google.call<{ readonly payload?: { readonly data?: string } }>(
      'secretmanager',
      'GET',
      `${version}:access`,
    );
    return Buffer.from(found.payload?.data ?? '', 'base64').toString('utf8');
  };
