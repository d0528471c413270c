/** mlops down and mlops up on AWS: the loop takes the endpoint down, and nothing but `mlops up` lets it serve again. */
import { LOG_GROUP } from './aws-cloud';
import { Person } from './aws-person';

const person = new Person();
const { aws } = person;
const mlops = person.mlops.bind(person);
const objects = () => aws.cloud.shop.s3;
const position = () => objects().json<{ position: string }>('loop/online/switch.json').position;

beforeAll(() => person.open());
afterAll(() => person.close());
beforeEach(() => {
  aws.renew();
  person.folder.pause = undefined;
});

/** While the command waits: the loop looks, and what it asked of SageMaker is done. */
function live(): void {
  person.folder.pause = async () => {
    await aws.look();
    for (const run of aws.cloud.shop.sagemaker.executions) if (run.status === 'Stopping') run.status = 'Stopped';
    if (aws.cloud.endpoints.endpoint?.status === 'Deleting') aws.cloud.endpoints.end();
    aws.cloud.wait(2);
  };
}

const KEPT =
  'kept: data, versions, reports and all else of the stack shop. No deployment lets it serve again before ' +
  'mlops up --target aws does; npx cdk destroy removes the stack';

describe('down', () => {
  it('stops runs and deletes the endpoint, which the loop does, and waits until they are gone', async () => {
    await aws.serve();
    await mlops('train');
    await aws.look();
    live();
    const { code, out, err } = await mlops('down');
    expect({ code, out }).toEqual({ code: 0, out: `shop is down\n${KEPT}` });
    expect(err).toBe('online: train-2 and the endpoint shop-online are still there');
    expect(aws.cloud.endpoints.endpoint).toBeUndefined();
    expect(aws.cloud.shop.sagemaker.executions.at(-1)).toMatchObject({ name: 'train-2', status: 'Stopped' });
    expect((await aws.cloud.events()).slice(-3)).toEqual([
      'cancel done: the endpoint is taken down',
      'remove done: the endpoint is taken down',
      'cancel done: the endpoint is taken down',
    ]);
    expect(aws.cloud.shop.sagemaker.packages).toHaveLength(1);
  });

  it('keeps it down, whatever happens: a tick, an alarm, new rows, a deployment', async () => {
    await aws.serve();
    live();
    await mlops('down');
    const runs = aws.cloud.shop.sagemaker.executions.length;
    aws.cloud.cloudwatch.alarms.set('shop-online-quality-degraded', { StateValue: 'ALARM' });
    aws.cloud.addRows(40);
    for (const deployment of ['d1', 'd2']) {
      aws.cloud.release(deployment);
      aws.cloud.wait(60 * 24);
      await aws.look();
      await aws.cloud.look(aws.cloud.host({ deployment: 'd2', code: 'other' }));
    }
    expect(aws.cloud.endpoints.endpoint).toBeUndefined();
    expect(aws.cloud.shop.sagemaker.executions).toHaveLength(runs);
  });

  it('forgets what was asked for and not done', async () => {
    await mlops('train');
    expect(objects().keys('loop/online/requests/')).toHaveLength(1);
    live();
    await mlops('down');
    expect(objects().keys('loop/online/requests/')).toEqual([]);
  });

  it('is done at once where nothing is left', async () => {
    const { code, out, err } = await mlops('down', '--json');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({
      name: 'shop',
      stopped: false,
      kept: expect.arrayContaining(['versions']) as unknown,
    });
    expect(position()).toBe('down');
  });

  it('is left to a loop that does not look now', async () => {
    await aws.serve();
    aws.cloud.wait(30);
    expect(await mlops('down')).toMatchObject({
      code: 69,
      err:
        'online: the endpoint shop-online is still there. The loop, which takes them down, has not looked for 30 minutes; ' +
        `why is in its log: aws logs tail ${LOG_GROUP} --since 3h --region eu-central-1. npx cdk destroy removes them without it.`,
    });
    expect(position()).toBe('down');
    await aws.look();
    expect(aws.cloud.endpoints.endpoint).toMatchObject({ status: 'Deleting' });
  });

  it('says what is still there after half an hour', async () => {
    await aws.serve();
    person.folder.pause = async () => {
      aws.cloud.wait(10);
      aws.looked = aws.cloud.shop.now;
      jest.setSystemTime(aws.cloud.shop.now);
    };
    const { code, err } = await mlops('down');
    expect(code).toBe(69);
    expect(err.split('\n')).toEqual([
      'online: the endpoint shop-online is still there',
      'online: the endpoint shop-online is still there after 40 minutes. mlops status --target aws says what the loop waits for.',
    ]);
  });
});

describe('while it is down', () => {
  beforeEach(async () => {
    await aws.serve();
    live();
    await mlops('down');
    await aws.look();
    person.folder.pause = undefined;
  });

  it('status says so, and how to undo it', async () => {
    const { out } = await mlops('status');
    expect(out).toContain(
      '  loop      looked less than a minute ago; down since 2026-11-20 00:10 UTC: mlops up --target aws lets it serve again\n' +
        '  serves    nothing yet\n',
    );
    expect(out).toMatch(
      /does {6}nothing now\n {2}waits {5}it was taken down by hand at 2026-11-20 00:10 UTC: `mlops up --target aws` lets it serve again$/,
    );
  });

  it('a request waits, and is not waited for', async () => {
    expect((await mlops('train')).out.split('\n')[1]).toBe(
      'online was taken down at 2026-11-20 00:10 UTC: the loop does it when mlops up --target aws has let it serve again.',
    );
    expect(await mlops('train', '--wait')).toMatchObject({
      code: 69,
      err:
        'online was taken down at 2026-11-20 00:10 UTC: mlops up --target aws lets it serve again. ' +
        'Or leave out --wait: the request then waits for it.',
    });
  });

  it('up lets it serve again: the newest approved version, without a training', async () => {
    const { code, out } = await mlops('up');
    expect({ code, out }).toEqual({
      code: 0,
      out: 'online is up again, after it was taken down at 2026-11-20 00:10 UTC; the loop looked less than a minute ago',
    });
    const runs = aws.cloud.shop.sagemaker.executions.length;
    await aws.look();
    expect(aws.cloud.endpoints.endpoint).toMatchObject({ status: 'Creating' });
    expect((await aws.cloud.events()).at(-1)).toBe('place done: v1 is placed beside what serves');
    expect(aws.cloud.shop.sagemaker.executions).toHaveLength(runs);
  });
});

test('up says how it is where it was not down', async () => {
  await aws.serve();
  expect(await mlops('up')).toEqual({ code: 0, out: 'online is up; the loop looked less than a minute ago', err: '' });
  aws.looked = undefined;
  expect((await mlops('up', '--json')).out).toBe(
    JSON.stringify({
      endpoint: 'online',
      text: `is up; the loop has not looked for 3 hours or more; why is in its log: aws logs tail ${LOG_GROUP} --since 3h --region eu-central-1`,
    }),
  );
  expect(objects().keys('loop/online/switch')).toEqual([]);
});

test('up takes no port', async () => {
  expect(await mlops('up', '--port', '80')).toMatchObject({
    code: 64,
    err: '--port: got 80, and aws has addresses of its own; fix: leave it out.',
  });
});
