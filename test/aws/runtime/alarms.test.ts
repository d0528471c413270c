/** The loop's gauges, and which alarms ring. */
import { Alarms } from '../../../constructs/aws/alarms.runtime';
import type { Run } from '../../../runtime/loop/platform';
import { FakeCloudWatch } from './fake-cloudwatch';

let fake: FakeCloudWatch;
beforeEach(() => {
  fake = new FakeCloudWatch();
});

const alarms = (names: Readonly<Record<string, string>> = {}) =>
  new Alarms(fake.client, { system: 'shop', endpoint: 'online', alarms: names });

describe('the alarms that ring', () => {
  const names = { quality: 'shop-online-quality-degraded', revenue: 'theirs', everything: 'all-of-it' };

  it('are those in alarm, by the loop’s names for them, composite ones too', async () => {
    fake.alarms.set(names.quality, { StateValue: 'OK', ActionsEnabled: true });
    fake.alarms.set(names.revenue, { StateValue: 'ALARM', ActionsEnabled: true });
    fake.alarms.set('another', { StateValue: 'ALARM', ActionsEnabled: true });
    fake.composite.set(names.everything, { StateValue: 'ALARM', ActionsEnabled: true });
    expect(await alarms(names).ringing()).toEqual(['revenue', 'everything']);
  });

  it('are not those that somebody muted, nor those without data', async () => {
    fake.alarms.set(names.quality, { StateValue: 'ALARM', ActionsEnabled: false });
    fake.alarms.set(names.revenue, { StateValue: 'INSUFFICIENT_DATA', ActionsEnabled: true });
    expect(await alarms(names).ringing()).toEqual([]);
  });

  it('are asked for a hundred at a time, and not at all where there are none', async () => {
    const many = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`m${i}`, `alarm-${i}`]));
    fake.alarms.set('alarm-149', { StateValue: 'ALARM' });
    expect(await alarms(many).ringing()).toEqual(['m149']);
    expect(fake.times('DescribeAlarms')).toBe(2);
    await alarms().ringing();
    expect(fake.times('DescribeAlarms')).toBe(2);
  });
});

it('tells the gauge of a monitor', async () => {
  await alarms().tell('quality', true);
  await alarms().tell('quality', false);
  expect(fake.last('PutMetricData')).toMatchObject({ Namespace: 'MlopsConstructs' });
  expect(fake.told).toEqual(['Degraded=1 shop online quality', 'Degraded=0 shop online quality']);
});

describe('a look', () => {
  const run = (kind: Run['kind'], state: Run['state'], at: number, monitor?: string): Run => ({
    id: `${kind}-${at}`,
    kind,
    state,
    tags: { reason: 'window', at, generation: 1, ...(monitor && { monitor }) },
  });
  const told = async (...runs: Run[]) => {
    await alarms().tellLook(runs);
    return fake.told.splice(0);
  };

  it('says that it was', async () => {
    expect(await told()).toEqual(['Looked=1 shop online', 'RunFailed=0 shop online', 'MonitorFailed=0 shop online']);
    expect(fake.times('PutMetricData')).toBe(1);
  });

  it('says that training fails as long as the newest one that ended has failed', async () => {
    const failed = run('train', 'failed', 2);
    expect(await told(run('train', 'succeeded', 1), failed)).toContain('RunFailed=1 shop online');
    expect(await told(failed, run('train', 'running', 3))).toContain('RunFailed=1 shop online');
    expect(await told(failed, run('train', 'succeeded', 3))).toContain('RunFailed=0 shop online');
  });

  it('says that monitoring fails where it does for any monitor', async () => {
    const inputs = [run('monitor', 'failed', 1, 'inputs'), run('monitor', 'succeeded', 2, 'inputs')];
    expect(await told(...inputs)).toContain('MonitorFailed=0 shop online');
    const quality = run('monitor', 'failed', 1, 'quality');
    expect(await told(...inputs, quality)).toContain('MonitorFailed=1 shop online');
    expect(await told(...inputs, quality)).toContain('RunFailed=0 shop online');
  });
});
