/** The commands on a system that is deployed to AWS: what they show, and what they ask of the loop. */
import type { LoopEvent, Request } from '../../runtime/loop/platform';
import { Fault } from '../aws/runtime/fake-json';
import { LOG_GROUP } from './aws-cloud';
import { Person } from './aws-person';

const person = new Person();
const { aws } = person;
const mlops = person.mlops.bind(person);
const printed = async (...argv: readonly string[]): Promise<string> => {
  const { code, out, err } = await mlops(...argv);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return out;
};
const requests = () => aws.cloud.shop.s3.keys('loop/online/requests/');

beforeAll(() => person.open());
afterAll(() => person.close());
beforeEach(() => aws.renew());

describe('status', () => {
  it('shows what serves, what is waited for, and that the loop looks', async () => {
    await aws.serve();
    aws.cloud.wait(3);
    aws.cloud.cloudwatch.figures.set('Invocations Sum blue', 200).set('Invocation5XXErrors Sum blue', 1);
    expect(await printed('status')).toBe(
      [
        'shop runs in eu-central-1: stack shop (UPDATE_COMPLETE)',
        '',
        'online, at 2026-11-20 00:13 UTC',
        '  loop      looked 3 minutes ago',
        '  serves    v1 at 100 % (200 requests, 0.5 % failed, p99 0 ms since the shares are so)',
        '  monitors  no report yet',
        '  alarms    none',
        '  runs      none',
        '  does      nothing now',
        '  waits     v1 bakes at 100 % until 2026-11-20T01:10Z',
      ].join('\n'),
    );
  });

  it('shows alarms and runs, and what the loop would do if it looked', async () => {
    await aws.serve();
    aws.cloud.cloudwatch.alarms.set('shop-online-quality-degraded', { StateValue: 'ALARM' });
    await mlops('train');
    const out = await printed('status');
    expect(out).toContain('  alarms    quality rings\n');
    expect(out).toContain('  does      asked for by hand: training run 2\n');
    await aws.look();
    expect(await printed('status')).toContain('  runs      train-2 (request) since 2026-11-20 00:10\n');
  });

  it('gives commands that are about the same stack', async () => {
    aws.renew({ approval: 'manual' });
    await aws.look();
    aws.trained(1);
    await aws.look();
    expect(await printed('status', '--stack', 'shop')).toContain(
      '  pending   v1: `mlops approve v1 --target aws --stack shop` or `mlops reject v1 --target aws --stack shop`; ' +
        'why it won: `mlops logs train-1 --target aws --stack shop`',
    );
  });

  it('says that the loop has stopped looking, and where it says why', async () => {
    await aws.serve();
    aws.cloud.wait(40);
    expect(await printed('status')).toContain(
      `  loop      has not looked for 40 minutes: aws logs tail ${LOG_GROUP} --since 3h --region eu-central-1\n`,
    );
    aws.looked = undefined;
    expect(await printed('status')).toContain('  loop      has not looked for 3 hours or more: ');
  });

  it('works before the loop has ever looked, and before a deployment is complete', async () => {
    expect(await printed('status')).toContain('  does      there is no version yet: training run 1\n');
    aws.cloud.shop.s3.objects.delete('loop/online/release.json');
    expect(await printed('status')).toContain(
      '  waits     no deployment is released: the stack is not there as a whole yet',
    );
  });

  it('follows the spec that is deployed, whatever the spec here says', async () => {
    await aws.serve();
    person.write({ ...aws.cloud.spec, endpoints: { online: { model: 'training', rollout: { bake: '9 days' } } } });
    aws.cloud.shop.s3.objects.delete('loop/online/status.json');
    expect(await printed('status')).toContain('v1 bakes at 100 % until 2026-11-20T01:10Z');
    person.write(aws.cloud.spec);
  });

  it('writes nothing, also where it finds out what the loop would note', async () => {
    await aws.serve();
    await mlops('train');
    await aws.look();
    await aws.monitored('inputs-1');
    aws.trained(2);
    const { objects } = aws.cloud.shop.s3;
    const before = new Map(objects);
    const out = await printed('status');
    expect(out).toContain('training run 2 passed its gate: v2 is registered');
    expect(out).toContain('inputs: violated for v1 in the window until 2026-11-20 00:00');
    expect(new Map(objects)).toEqual(before);
  });

  it('prints JSON', async () => {
    await aws.serve();
    const status = JSON.parse(await printed('status', '--json')) as Record<string, unknown>;
    expect(status).toMatchObject({ name: 'shop', stack: 'shop', region: 'eu-central-1', state: 'UPDATE_COMPLETE' });
    expect(status['endpoints']).toMatchObject([
      {
        endpoint: 'online',
        deployments: [{ version: 'v1', state: 'ready', share: 100 }],
        waits: ['v1 bakes at 100 % until 2026-11-20T01:10Z'],
        loop: 'looked less than a minute ago',
      },
    ]);
  });
});

describe('events', () => {
  it('are those of the bucket', async () => {
    expect(await printed('events')).toBe(
      'Nothing has happened yet. Its loops look every five minutes: mlops status --target aws says what they wait for.',
    );
    await aws.serve();
    aws.cloud.wait(60 * 48);
    expect(await printed('events')).toBe(
      [
        '2026-11-20 00:00  online  there is no version yet: training run 1',
        '2026-11-20 00:05  online  training run 1 passed its gate: v1 is registered',
        '2026-11-20 00:05  online  v1 is placed beside what serves',
      ].join('\n'),
    );
    expect(await printed('events', '--since', '1 day')).toContain('Nothing has happened yet.');
    const lines = (await printed('events', '--json')).split('\n').map((line) => JSON.parse(line) as LoopEvent);
    expect(lines.map(({ what }) => what)).toEqual(['start', 'register', 'place']);
  });
});

describe('a request', () => {
  beforeEach(async () => {
    aws.renew({ approval: 'manual' });
    await aws.look();
    aws.trained(1);
    await aws.look();
  });

  it.each([
    ['approve', 'v1 of online is approved: it is rolled out as the spec says.'],
    ['reject', 'v1 of online is rejected. No other version is approved: what serves goes on until another is trained.'],
    [
      'rollback',
      'v1 of online is rejected. No other version is approved: what serves goes on until another is trained.',
    ],
  ])('to %s is filed in the bucket, and the loop does it', async (kind, effect) => {
    expect(await printed(kind, 'v1')).toBe(`${effect}\nThe loop of online in eu-central-1 does it now.`);
    const [key] = requests();
    expect(aws.cloud.shop.s3.json<Request>(key!)).toMatchObject({ kind, version: 'v1', at: aws.cloud.shop.now });
    await aws.look();
    expect(requests()).toEqual([]);
    expect(aws.cloud.shop.sagemaker.packages[0]!.approval).toBe(kind === 'approve' ? 'Approved' : 'Rejected');
  });

  it('with --wait prints what came of it', async () => {
    person.folder.pause = () => aws.look();
    const out = await printed('approve', 'v1', '--wait');
    expect(out.split('\n')).toEqual([
      'v1 of online is approved: it is rolled out as the spec says.',
      'The loop of online in eu-central-1 does it now.',
      '2026-11-20 00:05  online  v1 is approved by hand',
      '2026-11-20 00:05  online  v1 is approved',
      '2026-11-20 00:05  online  v1 is placed beside what serves',
    ]);
    person.folder.pause = undefined;
  });

  it('with --wait says meanwhile what the loop waits for, and gives up where it stops looking', async () => {
    let pauses = 0;
    person.folder.pause = async () => {
      pauses += 1;
      if (pauses === 2) aws.looked = undefined;
    };
    const { code, out, err } = await mlops('train', '--wait');
    expect(code).toBe(69);
    expect(out).toContain('  now: v1 waits for approval');
    expect(err).toBe(
      `The loop of online has not looked for 3 hours or more. Why is in its log: aws logs tail ${LOG_GROUP} --since 3h --region eu-central-1.`,
    );
    person.folder.pause = undefined;
  });

  it('is refused where the loop would not do it', async () => {
    expect(await mlops('approve', 'v7')).toMatchObject({
      code: 64,
      err: 'There is no version v7 of online; it has v1 (pending).',
    });
    await mlops('reject', 'v1');
    await aws.look();
    expect(await mlops('approve', 'v1')).toMatchObject({
      code: 64,
      err: 'v1 of online is rejected, and a rejection is final. Train another with mlops train.',
    });
    expect(await printed('reject', 'v1')).toBe('v1 of online is rejected already: nothing to do.');
    expect(requests()).toEqual([]);
  });

  it('waits for a loop that does not look, and is not waited for', async () => {
    aws.cloud.wait(20);
    const log = `aws logs tail ${LOG_GROUP} --since 3h --region eu-central-1`;
    expect((await printed('train')).split('\n')[1]).toBe(
      `It is done when the loop looks again. The loop of online has not looked for 20 minutes. Why is in its log: ${log}`,
    );
    expect(await mlops('train', '--wait')).toMatchObject({
      code: 69,
      err: `The loop of online has not looked for 20 minutes. Why is in its log: ${log}. Or leave out --wait: the request then waits for it.`,
    });
    expect(requests()).toHaveLength(1);
  });

  it('prints JSON', async () => {
    expect(JSON.parse(await printed('train', '--json'))).toMatchObject({
      endpoint: 'online',
      request: { kind: 'train' },
      filed: true,
      running: true,
      events: [],
    });
  });

  it('that AWS does not take is not said to be filed', async () => {
    aws.refusal = { action: 's3:PutObject', status: 403, name: 'AccessDenied', message: 'Access Denied' };
    const { code, out, err } = await mlops('train');
    expect({ code, out }).toEqual({ code: 64, out: '' });
    expect(err).toContain('AWS does not allow s3:PutObject (Access Denied).');
  });
});

test('an endpoint that is not in the stack is refused, with those that are', async () => {
  expect(await mlops('train', '--endpoint', 'second')).toMatchObject({
    code: 64,
    err: 'There is no endpoint second; the stack shop has online.',
  });
});

test('health that CloudWatch does not tell is no reason to show nothing', async () => {
  await aws.serve();
  aws.cloud.cloudwatch.before = [
    'GetMetricData',
    () => {
      throw new Fault('ThrottlingException', 'Rate exceeded');
    },
  ];
  expect(await printed('status')).toContain('v1 at 100 % (no health figures yet since the shares are so)');
});

test('check says what AWS does in another way than asked', async () => {
  person.folder.write({
    'data/rows.csv': 'when,order,price,sold\n',
    'model/model.py': '',
    'model/requirements.txt': '',
  });
  expect((await printed('check')).split('\n')).toEqual([
    'shop is right: 1 dataset (sales), 1 pipeline (training), 1 endpoint (online)',
    '  pipelines.training: waits for data: there are no rows yet',
    expect.stringContaining('endpoints.online.rollout.steps: here, two variants of one real-time endpoint'),
    expect.stringContaining('endpoints.online.rollout.rollBackOn.quality: here, real-time endpoints'),
    expect.stringContaining('endpoints.online.monitors.inputs: here, real-time endpoints'),
    expect.stringContaining('endpoints.online.monitors.quality: here, real-time endpoints'),
  ]);
});
