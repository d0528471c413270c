/** What a person's command line reads: which loops there are, their record, and what jobs and servers printed. */
import { jobLogs } from '../../../constructs/gcp/task-detail.runtime';
import { LogLines, readCommand, serverLogs } from '../../../constructs/gcp/log-lines.runtime';
import { operatorGoogle, whereabouts } from '../../../constructs/gcp/operator.runtime';
import { recordOf } from '../../../constructs/gcp/record.runtime';
import { findSystem } from '../../../constructs/gcp/system.runtime';
import { Unavailable, UserError } from '../../../constructs/spec/problem';
import { Cloud, DEPLOYED, REVISION } from './cloud';
import { MINUTE, START } from './shop';

jest.setTimeout(60_000);

let cloud: Cloud;
beforeEach(async () => {
  cloud = await Cloud.open();
});
afterEach(() => cloud.close());

const WHERE = { project: 'shop-project', location: 'europe-west4' };

function addLoop(endpoint: string, system = 'shop', fields: object = {}): void {
  const env = [{ name: 'MLOPS_SETTINGS', value: JSON.stringify({ ...cloud.settings, system, endpoint }) }];
  cloud.shop.fake.run.addService(`${system}-${endpoint}-loop`, {
    ...{ labels: { mlops_system: system, team: 'x' }, template: { containers: [{ env }] } },
    ...fields,
  });
}

describe('a system', () => {
  it('is found by the services that host its loops', async () => {
    addLoop('online');
    addLoop('batch', 'shop', { terminalCondition: { type: 'Ready', state: 'CONDITION_FAILED' } });
    addLoop('online', 'shop-test');
    cloud.shop.fake.run.addService('theirs', {});
    cloud.shop.fake.run.addService('shop-tool', { labels: { mlops_system: 'shop' }, template: { containers: [{}] } });
    cloud.shop.fake.run.page = 2;
    const found = await findSystem(cloud.shop.google, WHERE, { spec: 'shop' });
    expect(found).toMatchObject({
      ...WHERE,
      system: 'shop',
      loops: [
        { service: 'shop-batch-loop', isReady: false, settings: { endpoint: 'batch' } },
        { service: 'shop-online-loop', isReady: true, settings: { endpoint: 'online', bucket: 'record' } },
      ],
    });
  });

  it.each([
    [[], 'There is none.'],
    [['a'], 'There is a.'],
    [['b', 'a', 'b'], 'There are a, b.'],
  ])('that is not there is told with those that are: %j', async (systems, there) => {
    systems.forEach((system, i) => addLoop(`online${i}`, system));
    const finding = findSystem(cloud.shop.google, WHERE, { spec: 'shop' });
    await expect(finding).rejects.toBeInstanceOf(Unavailable);
    await expect(finding).rejects.toThrow(
      `No loop of shop runs in the project shop-project, region europe-west4. ${there} Deploy it with pulumi up`,
    );
  });

  it('is one of its environments, which has to be named where there are several', async () => {
    addLoop('online', 'shop-test');
    const find = async (environment?: string) =>
      (await findSystem(cloud.shop.google, WHERE, { spec: 'shop', environment })).system;
    expect(await find()).toBe('shop-test');
    addLoop('online', 'shop-live');
    addLoop('online', 'shopping');
    expect([await find('live'), await find('shop-test')]).toEqual(['shop-live', 'shop-test']);
    await expect(find()).rejects.toBeInstanceOf(UserError);
    await expect(find()).rejects.toThrow('There are shop-live, shop-test in the project');
  });

  it('is looked for where the environment says', async () => {
    expect(await whereabouts({ GOOGLE_CLOUD_PROJECT: 'p', GOOGLE_CLOUD_REGION: 'r' })).toEqual({
      project: 'p',
      location: 'r',
    });
    expect(await whereabouts({ CLOUDSDK_CORE_PROJECT: 'p', GOOGLE_REGION: 'r', GOOGLE_CLOUD_REGION: '' })).toEqual({
      ...{ project: 'p', location: 'r' },
    });
    await expect(whereabouts({ GOOGLE_CLOUD_PROJECT: 'p' })).rejects.toThrow('Set GOOGLE_CLOUD_REGION');
    expect(operatorGoogle(WHERE).location).toBe('europe-west4');
  });
});

describe('the record', () => {
  const record = () => {
    const { spec, google, clock } = cloud.shop;
    return recordOf({ settings: cloud.settings, spec, google, clock });
  };

  it('shows what the loop shows, and what it would do', async () => {
    await cloud.serving();
    const lookedAt = cloud.shop.now;
    cloud.wait(30);
    const operator = record();
    const { observed, decision } = await operator.look();
    expect(observed.endpoint.deployments).toMatchObject([{ id: `v1-${REVISION}`, state: 'ready', share: 100 }]);
    expect(observed.versions).toMatchObject([{ name: 'v1', status: 'approved' }]);
    expect(decision.actions).toEqual([]);
    expect(await operator.signs()).toMatchObject({ looked: lookedAt, turned: undefined });
    expect(await operator.figuresOf('v1')).toBe(DEPLOYED.v1);
    expect(await operator.left()).toEqual([expect.stringContaining('the endpoint shop-online')]);
    const [run] = await operator.runs();
    expect(await operator.why(run!)).toBe('it is better');
    expect((await operator.events(START)).map(({ what }) => what)).toEqual(['start', 'register', 'place']);
  });

  it('takes what people ask for', async () => {
    await record().request({ kind: 'train', id: 'r1', at: cloud.shop.now });
    await record().turn('down');
    expect(cloud.shop.json('loop/online/switch.json')).toMatchObject({ position: 'down' });
    expect(cloud.shop.keys('loop/online/requests/')).toEqual([]);
    expect(await record().signs()).toMatchObject({ looked: undefined, waits: undefined });
  });
});

describe('lines of a log', () => {
  const entries = { project: 'shop-project', filter: jobLogs('775'), since: START };
  const add = (minute: number, payload: object, job = '775', insertId?: string) =>
    cloud.shop.fake.logging.add({
      ...{ timestamp: new Date(START + minute * MINUTE).toISOString(), logName: 'x', ...(insertId && { insertId }) },
      ...{ resource: { type: 'ml_job', labels: { job_id: job } }, ...payload },
    });

  it('are those of one job, whole and in order, and grow', async () => {
    cloud.shop.fake.logging.page = 2;
    add(2, { jsonPayload: { message: 'two\n', level: 'INFO' } });
    add(1, { textPayload: 'one' });
    add(1, { textPayload: 'theirs' }, '776');
    add(3, { jsonPayload: { rows: 3 } });
    add(-1, { textPayload: 'before' });
    const lines = new LogLines(cloud.shop.google, entries);
    const texts = async () => (await lines.read()).map(({ text }) => text);
    expect(await texts()).toEqual(['one', 'two', '{"rows":3}']);
    add(2.8, { textPayload: 'late' });
    add(4, { textPayload: 'four' });
    expect(await texts()).toEqual(['one', 'two', '{"rows":3}', 'late', 'four']);
    expect((await lines.read())[0]!.at).toBe(START + MINUTE);
  });

  it('can be read with gcloud too', () => {
    expect(readCommand({ ...entries, filter: serverLogs('shop-online', '14837') })).toBe(
      `gcloud logging read 'resource.type="aiplatform.googleapis.com/Endpoint" AND resource.labels.endpoint_id="shop-online"` +
        ` AND labels.deployed_model_id="14837" AND timestamp>="2026-11-20T00:00:00.000Z"' --project shop-project --order asc`,
    );
  });
});
