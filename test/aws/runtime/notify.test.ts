/** Notices: kept before they are told, told by topic and webhook, each in its own time. */
import type { Notice } from '../../../constructs/spec/notify';
import { Notifier } from '../../../runtime/cloud/notify';
import type { LoopSettings } from '../../../constructs/aws/settings';
import { Webhook } from '../../../runtime/cloud/webhook';
import type { Run } from '../../../runtime/loop/platform';
import { secretsOf, SnsTopic } from '../../../constructs/aws/notify.runtime';
import { FakeServer } from '../cloudformation';
import { FakeS3 } from './fake-s3';
import { FakeSecrets, FakeSns } from './fake-sns';

const START = Date.UTC(2026, 10, 20);
const MINUTE = 60_000;

let s3: FakeS3;
let sns: FakeSns;
let secrets: FakeSecrets;
let now: number;
let log: string[];
let server: FakeServer | undefined;
beforeEach(() => {
  s3 = new FakeS3();
  sns = new FakeSns();
  secrets = new FakeSecrets();
  now = START;
  log = [];
});
afterEach(() => {
  server?.close();
  server = undefined;
});

/** As in a process that has just been started. */
const notifier = (
  at: LoopSettings['webhook'] = false,
  on: readonly Notice[] = ['alarm', 'rejected', 'failed', 'rolled-out'],
) =>
  new Notifier({
    ...{ system: 'shop', endpoint: 'online', topic: new SnsTopic(sns.client, 'arn:topic'), store: s3.store, on },
    webhook: at ? new Webhook(at, secretsOf(secrets.client)) : undefined,
    clock: () => now,
    log: (line) => log.push(line),
  });

const alarm = { notice: 'alarm', text: 'quality is degraded', monitor: 'quality' } as const;
const waiting = () => s3.keys('loop/online/notices/');
const messages = () => sns.published.map(({ Message }) => JSON.parse(Message!) as Record<string, unknown>);
const failed = (id: string, at = START): Run => ({
  id,
  kind: 'train',
  state: 'failed',
  error: 'no rows',
  tags: { n: 3, reason: 'bootstrap', at, generation: 1 },
});

it('is in the record until the topic has it', async () => {
  const { keep, post } = bound(notifier());
  await keep(alarm, START);
  expect(waiting()).toHaveLength(1);
  expect(sns.published).toEqual([]);
  await post();
  expect(waiting()).toEqual([]);
  expect(messages()).toEqual([
    {
      ...{ format: 1, notice: 'alarm', system: 'shop', endpoint: 'online', monitor: 'quality' },
      id: expect.stringMatching(/^\d{13}-[0-9a-f]{8}$/) as string,
      at: '2026-11-20T00:00:00.000Z',
      text: 'quality is degraded',
    },
  ]);
  expect(sns.published[0]).toMatchObject({ TopicArn: 'arn:topic', Subject: 'shop online: alarm' });
  await post();
  expect(sns.published).toHaveLength(1);
});

it('is posted by a later process where this one ended, with the same id', async () => {
  sns.down = true;
  const { keep, post } = bound(notifier());
  await keep(alarm, START);
  await post();
  const [kept] = waiting();
  expect(log.join()).toContain('the topic was not told "quality is degraded"');
  sns.down = false;
  await bound(notifier()).post();
  expect(messages()[0]).toMatchObject({ id: kept!.slice('loop/online/notices/'.length, -'.json'.length) });
});

it('is given up after an hour, and the log says so', async () => {
  sns.down = true;
  const { keep, post } = bound(notifier());
  await keep(alarm, START);
  now += 61 * MINUTE;
  await post();
  expect(waiting()).toEqual([]);
  expect(log).toHaveLength(1);
});

it('comes in order, and only those that people want', async () => {
  const { keep, post } = bound(notifier(false, ['rejected', 'alarm']));
  await keep(alarm, START + 1);
  await keep({ notice: 'rejected', text: 'v2 is rejected', version: 'v2' }, START);
  await keep({ notice: 'rolled-out', text: 'v1 is live', version: 'v1' }, START);
  await post();
  expect(messages().map(({ text }) => text)).toEqual(['v2 is rejected', 'quality is degraded']);
});

describe('a failure', () => {
  const failure = (id: string) => ({ notice: 'failed', text: `v2 is placed (failed: AccessDenied ${id})` }) as const;

  it('that comes back at each look is told once, whatever id the service gives it', async () => {
    await bound(notifier()).keep(failure('7b1c3f0e-aaaa-bbbb-cccc-1234567890ab'), START);
    await bound(notifier()).keep(failure('0d9e8f7a-aaaa-bbbb-cccc-ba0987654321'), START);
    expect(waiting()).toHaveLength(1);
    await bound(notifier()).keep({ notice: 'failed', text: 'something else' }, START);
    expect(waiting()).toHaveLength(2);
  });

  it('is told again when it comes again after a look without', async () => {
    const { keep, noticeRuns } = bound(notifier());
    await keep(failure('x'), START);
    await noticeRuns([]);
    await keep(failure('x'), START);
    expect(waiting()).toHaveLength(2);
  });

  it('is told twice rather than never, where a crash came before it was noted', async () => {
    s3.before = [
      'PUT loop/online/told.json',
      () => {
        throw new Error('the process ended');
      },
    ];
    await expect(bound(notifier()).keep(failure('x'), START)).rejects.toThrow('the process ended');
    expect(waiting()).toHaveLength(1);
  });
});

describe('a run that failed', () => {
  it('is told once, by whichever process, also where another fails later', async () => {
    await bound(notifier()).noticeRuns([failed('train-3')]);
    await bound(notifier()).post();
    await bound(notifier()).noticeRuns([failed('train-3'), failed('train-4', START + 1)]);
    await bound(notifier()).noticeRuns([failed('train-3'), failed('train-4', START + 1)]);
    await bound(notifier()).post();
    expect(messages().map(({ id, run, text }) => ({ id, run, text }))).toEqual([
      { id: 'run-train-3', run: 'train-3', text: 'training run 3 failed: no rows' },
      { id: 'run-train-4', run: 'train-4', text: 'training run 3 failed: no rows' },
    ]);
  });

  it('costs a look nothing but a read where there is no news', async () => {
    await bound(notifier()).noticeRuns([failed('train-3')]);
    s3.log.length = 0;
    await bound(notifier()).noticeRuns([failed('train-3')]);
    expect(s3.log).toEqual(['GET loop/online/told.json']);
  });
});

describe('a webhook', () => {
  const open = async (...statuses: readonly number[]) => {
    let asked = 0;
    server = await FakeServer.open(() => ({ status: statuses[asked++] ?? 200 }));
    return server;
  };

  it('gets the same as the topic, at the address that a secret holds', async () => {
    const { url, received } = await open();
    secrets.secret = ` ${url}/hook\n`;
    const { keep, post } = bound(notifier({ secret: 'arn:secret' }));
    await keep(alarm, START);
    await post();
    expect(received.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /hook']);
    expect(JSON.parse(received[0]!.body)).toEqual(messages()[0]);
    await keep(alarm, START);
    await post();
    expect(secrets.times('GetSecretValue')).toBe(1);
  });

  it('that fails is told at the next look, and the topic not again', async () => {
    const { url, received } = await open(500, 200);
    const { keep, post } = bound(notifier({ url }));
    await keep(alarm, START);
    await post();
    expect(log).toEqual(['online: the webhook was not told "quality is degraded": it answered 500']);
    await post();
    expect([received.length, sns.published.length, waiting().length]).toEqual([2, 1, 0]);
  });

  it('that refuses is not asked again', async () => {
    const { url, received } = await open(403);
    const { keep, post } = bound(notifier({ url }));
    await keep(alarm, START);
    await post();
    await post();
    expect([received.length, waiting().length]).toEqual([1, 0]);
  });

  it('keeps its address out of the log', async () => {
    secrets.secret = 'hooks.example.org/s3cret';
    const { keep, post } = bound(notifier({ secret: 'arn:secret' }));
    await keep(alarm, START);
    await post();
    secrets.secret = 'http://127.0.0.1:9/s3cret';
    await post();
    expect(log).toHaveLength(2);
    expect(log.join()).not.toContain('s3cret');
    expect(log[0]).toContain('its address cannot be read: the secret holds no address');
  });
});

it('never ends a look: what cannot be read is logged', async () => {
  s3.put('loop/online/notices/broken.json', 'no JSON');
  await bound(notifier()).post();
  expect(log.join()).toContain('notices cannot be read');
});

const bound = (it: Notifier) => ({
  keep: it.keep.bind(it),
  post: it.post.bind(it),
  noticeRuns: it.noticeRuns.bind(it),
});
