/** Notices reach a webhook, or the log says why not; the loop never waits for them. */
import { Notifier, type NotifierOptions } from '../../constructs/local/notify.runtime';
import { Storage } from '../../constructs/local/storage';
import { layout } from '../../constructs/spec/layout';
import { temporaryFolders } from './temporary';
import { Webhook } from './webhook';

const folder = temporaryFolders();

let webhook: Webhook;
afterEach(() => webhook.close());

const log: string[] = [];
beforeEach(() => log.splice(0));

const notifier = (storage: Storage, change: Partial<NotifierOptions> = {}): Notifier =>
  new Notifier({
    system: 'shop',
    endpoint: 'online',
    on: ['alarm', 'failed'],
    webhook: webhook.url,
    storage,
    log: (line) => log.push(line),
    retryDelays: [1, 1],
    ...change,
  });
const alarm = (text: string) => ({ notice: 'alarm', text, monitor: 'quality' }) as const;
const left = (storage: Storage) => storage.list(layout.notices('online'));

test('each notice is posted once, in order, with all that a person needs; nothing is left', async () => {
  webhook = await Webhook.open();
  const storage = new Storage(folder());
  const told = notifier(storage);
  await told.tell(alarm('first'), Date.UTC(2026, 0, 1));
  await told.tell({ notice: 'rolled-out', text: 'nobody asked for this' }, Date.UTC(2026, 0, 1));
  await told.tell({ notice: 'failed', text: 'second', run: 'train-3' }, Date.UTC(2026, 0, 1));
  await webhook.got(2);
  await told.close();
  const at = '2026-01-01T00:00:00.000Z';
  const about = { format: 1, id: expect.any(String) as string, system: 'shop', endpoint: 'online', at };
  expect(webhook.posted).toEqual([
    { ...about, notice: 'alarm', text: 'first', monitor: 'quality' },
    { ...about, notice: 'failed', text: 'second', run: 'train-3' },
  ]);
  expect(webhook.posted[0]!.id).not.toBe(webhook.posted[1]!.id);
  expect([await left(storage), log]).toEqual([[], []]);
});

test.each([[500], [429], ['cut']] as const)('what ended with %s is posted again, with the same id', async (answer) => {
  webhook = await Webhook.open(answer);
  const storage = new Storage(folder());
  const told = notifier(storage);
  await told.tell(alarm('look'), 0);
  await webhook.got(2);
  await told.close();
  expect(webhook.posted[1]).toEqual(webhook.posted[0]);
  expect([await left(storage), log]).toEqual([[], []]);
});

test('a notice that nobody takes is given up and logged, without the address; the next one is posted', async () => {
  webhook = await Webhook.open(503, 503, 503);
  const storage = new Storage(folder());
  const told = notifier(storage);
  await told.tell(alarm('first'), 0);
  await told.tell(alarm('second'), 1);
  await webhook.got(4);
  await told.close();
  expect(webhook.posted.map(({ text }) => text)).toEqual(['first', 'first', 'first', 'second']);
  expect([await left(storage), log]).toEqual([[], ['online: the webhook was not told "first": it answered 503']]);
});

test.each([404, 302])('a webhook that answers %s is not asked again', async (answer) => {
  webhook = await Webhook.open(answer);
  const told = notifier(new Storage(folder()));
  await told.tell(alarm('look'), 0);
  await webhook.got(1);
  await told.close();
  expect(webhook.posted).toHaveLength(1);
  expect(log).toEqual([`online: the webhook was not told "look": it answered ${answer}`]);
});

test('a webhook that is not there is told of in the log', async () => {
  webhook = await Webhook.open();
  const gone = webhook.url;
  await webhook.close();
  webhook = await Webhook.open();
  const storage = new Storage(folder());
  const logged = new Promise<string>((log) => {
    const told = notifier(storage, { webhook: gone, retryDelays: [], log });
    void told.tell(alarm('look'), 0);
  });
  expect(await logged).toMatch(/^online: the webhook was not told "look": .*ECONNREFUSED/);
});

test('the same failure at each look is told once, until another comes', async () => {
  webhook = await Webhook.open();
  const told = notifier(new Storage(folder()));
  for (const text of ['full disk', 'full disk', 'no network', 'full disk'])
    await told.tell({ notice: 'failed', text }, 0);
  await webhook.got(3);
  await told.close();
  expect(webhook.posted.map(({ text }) => text)).toEqual(['full disk', 'no network', 'full disk']);
});

test('what a process could not post before it closed is posted by the next one', async () => {
  webhook = await Webhook.open(500);
  const root = folder();
  const before = notifier(new Storage(root), { retryDelays: [3_600_000] });
  await before.tell(alarm('first'), 0);
  await before.tell(alarm('second'), 1);
  await webhook.got(1);
  await before.close();
  const storage = new Storage(root);
  expect(await left(storage)).toHaveLength(2);
  const after = notifier(storage);
  after.wake();
  await webhook.got(3);
  await after.close();
  expect(webhook.posted.map(({ text }) => text)).toEqual(['first', 'first', 'second']);
  expect([await left(storage), log]).toEqual([[], []]);
});
