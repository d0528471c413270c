/** Notices as messages of a topic, and the secret that holds a webhook's address. */
import { PubSubTopic, secretsOf } from '../../../constructs/gcp/notify.runtime';
import type { Notification } from '../../../constructs/spec/notify';
import { Shop } from './shop';

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.open();
});
afterEach(() => shop.close());

const notification: Notification = {
  ...{ format: 1, id: 'run-train-1', notice: 'failed', system: 'shop', endpoint: 'online' },
  ...{ at: '2026-11-20T00:00:00.000Z', text: 'training run 1 failed: größer' },
};

test('a notice is a message that subscriptions can be filtered by', async () => {
  shop.fake.pubsub.addTopic('notices');
  await new PubSubTopic(shop.google, shop.settings.topic).publish(notification);
  const [{ data, attributes }] = shop.fake.pubsub.published('notices') as [{ data: string; attributes: object }];
  expect(JSON.parse(data)).toEqual(notification);
  expect(attributes).toEqual({ notice: 'failed', system: 'shop', endpoint: 'online' });
});

test('a notice whose answer is lost is sent again', async () => {
  shop.fake.pubsub.addTopic('notices');
  shop.fake.faults.once('topics.publish', 'reset-after');
  await new PubSubTopic(shop.google, shop.settings.topic).publish(notification);
  expect(shop.fake.pubsub.published('notices')).toHaveLength(2);
});

test('a topic that is not there is told', async () => {
  await expect(new PubSubTopic(shop.google, shop.settings.topic).publish(notification)).rejects.toThrow('NOT_FOUND');
});

test('a secret is the text of its version', async () => {
  const version = shop.fake.secrets.set('webhook', 'https://hooks.example.com/ü?x=1');
  const secret = `projects/shop-project/secrets/webhook/versions/${version}`;
  expect(await secretsOf(shop.google)(secret)).toBe('https://hooks.example.com/ü?x=1');
  await expect(secretsOf(shop.google)(secret.replace(/\d$/, '7'))).rejects.toThrow('NOT_FOUND');
});
