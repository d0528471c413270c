/**
 * The life of a system, from no data to teardown: the loop's function as it is deployed, on ministack, with SageMaker behind the
 * router. The test plays what no emulator has: jobs, requests to the endpoint, SageMaker's events, and the passing of weeks.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DisableRuleCommand } from '@aws-sdk/client-eventbridge';
import { STACK } from './assembly';
import { Calls, together } from './calls';
import { Deployment } from './deployment';
import { keys, stateOf, writeObject } from './environment';
import { log, quiet } from './looks';
import { judgeLoop } from './role';
import { skippedByMinistack } from './skipped';
import { describe as describeStack } from './stack';
import { steps } from './steps';
import { Story } from './story';
import { DAY, HOUR, MINUTE, StoryClock } from './story-clock';
import { deployed, endpointChanged, runEnded, versionChanged } from './story-events';
import { Jobs, subjectOf } from './story-jobs';
import { ENDPOINT, GROUP, versionIn } from './story-sight';
import { withoutKinds } from './template';
import { until } from './waiting';
import { World } from './world';

const TRAINING = 'bike-rentals-training';
const pipelineOf = (monitor: string) => `${ENDPOINT}-${monitor}`;
const HEALTHY = { requests: 200, failed: 0, milliseconds: 20 };
const SICK = { requests: 200, failed: 60, milliseconds: 20 };
/** A look comes a little later than what it waits for. */
const LATER = MINUTE;
/** Of both monitors of the example. */
const WINDOW = 7 * DAY;

let clock: StoryClock;
let calls: Calls;
let world: World | undefined;
let on: Deployment;
let story: Story;
let jobs: Jobs;
const step = steps();

beforeAll(async () => {
  clock = new StoryClock(WINDOW);
  clock.advance(HOUR);
  calls = new Calls();
  world = await World.start(together(clock.variables, calls.variables));
  const kinds = Object.keys(skippedByMinistack);
  on = await Deployment.of(world.ministack, (template) => withoutKinds(template, kinds), 'without-data');
  await on.create();
  story = new Story(world, on, clock);
  jobs = new Jobs(on.clients, world.router.executions, story.bucket);
});
afterAll(async () => {
  await world?.stop();
  on?.close();
  clock?.close();
  calls?.close();
});

/** Late events, each twice and in no order, change nothing. */
async function nothingChangesInAStorm(): Promise<void> {
  const { before, after } = await story.storm();
  expect(after).toEqual(before);
}

/** Asks for a training by hand, and lets it make a version. */
async function trainByHand(request: string): Promise<void> {
  const asked = JSON.stringify({ at: clock.now(), kind: 'train' });
  await writeObject(on.clients, story.bucket, `loop/online/requests/${request}.json`, asked);
  const run = await story.run();
  await until('the request to be answered', async () => {
    return (await keys(on.clients, story.bucket, 'loop/online/requests/')).length === 0;
  });
  await quiet(on);
  await jobs.train(run);
}

/** The trial of the version that gains traffic, and its end is told. */
async function endTrial(): Promise<void> {
  const run = await story.run('quality');
  expect(subjectOf(run)).toMatchObject({ scope: 'trial', version: 'v2' });
  await jobs.monitor(run, 'fine');
  await story.send(runEnded(pipelineOf('trial'), 'Succeeded'));
}

step('without data it waits', async () => {
  await story.send(deployed((await describeStack(on.clients, STACK))!.StackId!));
  await until('it to wait for data', async () => (await story.waits()).some((wait) => /waiting for data/.test(wait)));
  await nothingChangesInAStorm();
  expect(world!.router.executions.list()).toEqual([]);
});

step('data comes, and the first training starts', async () => {
  const rows = readFileSync(join(__dirname, '../../stacks/bike-rentals/data/bike-rentals.parquet'));
  await writeObject(on.clients, story.bucket, 'data/rentals/bike-rentals.parquet', rows);
  const run = await story.run();
  const parameters = { Output: `s3://${story.bucket}/artifacts/training/train-1` };
  expect(run).toMatchObject({ pipeline: TRAINING, parameters });
  await nothingChangesInAStorm();
});

step('the training ends, its version is registered, and the endpoint is made of it', async () => {
  await jobs.train(await story.run());
  await story.send(runEnded(TRAINING, 'Succeeded'), runEnded(TRAINING, 'Succeeded'));
  await story.untilShares({ v1: 100 });
  await story.send(versionChanged(GROUP, 'Approved'), endpointChanged(ENDPOINT, 'IN_SERVICE'));
  await nothingChangesInAStorm();
  expect(await story.sight.versions()).toEqual({ v1: { status: 'Approved', live: false } });
  const { endpoints, models, targets } = await story.sight.releases();
  expect(endpoints).toEqual([ENDPOINT]);
  expect(models.map(versionIn)).toEqual(['v1']);
  expect(targets).toEqual([`endpoint/${ENDPOINT}/variant/blue`]);
});

step('it bakes, and is live', async () => {
  await story.serve('v1', HEALTHY);
  await story.tick();
  expect(await story.sight.versions()).toMatchObject({ v1: { live: false } });
  clock.advance(DAY + LATER);
  await story.tick();
  expect(await story.sight.versions()).toMatchObject({ v1: { live: true } });
});

step('a second version gets 10 %, though no event told of its training', async () => {
  await trainByHand('better');
  await story.tick();
  await story.untilShares({ v1: 90, v2: 10 });
  await story.send(endpointChanged(ENDPOINT, 'IN_SERVICE'));
  await nothingChangesInAStorm();
  const { targets } = await story.sight.releases();
  expect(targets).toEqual(['blue', 'green'].map((slot) => `endpoint/${ENDPOINT}/variant/${slot}`));
});

step('it stays there until the bake is over and its labels were measured, then gets 100 %', async () => {
  await story.serve('v1', HEALTHY);
  await story.serve('v2', HEALTHY);
  await story.tick();
  expect(await story.waits()).toContainEqual(expect.stringMatching(/^v2 bakes at 10 %/));
  clock.advance(DAY + LATER);
  await story.tick();
  expect(await story.waits()).toContainEqual('v2 at 10 % waits for its trial on quality, which is pending');
  expect(story.executing('quality')).toEqual([]);
  clock.advance(DAY);
  await story.tick();
  expect(await story.sight.shares()).toEqual({ v1: 90, v2: 10 });
  await endTrial();
  // Both had a replica, and it is to carry all.
  await until('v2 to have the replicas for it', async () => (await story.sight.served())['v2']?.replicas === 2);
  await quiet(on);
  expect(await story.sight.shares()).toEqual({ v1: 90, v2: 10 });
  await story.send(endpointChanged(ENDPOINT, 'IN_SERVICE'));
  await story.untilShares({ v1: 0, v2: 100 });
  await nothingChangesInAStorm();
});

step('it bakes there too, and what it replaced goes', async () => {
  await story.serve('v2', HEALTHY);
  clock.advance(2 * DAY + LATER);
  await story.tick();
  expect(await story.sight.versions()).toMatchObject({ v2: { live: false } });
  await endTrial();
  await until('v2 to be live', async () => (await story.sight.versions())['v2']?.live);
  await quiet(on);
  expect(await story.sight.shares()).toEqual({ v1: 0, v2: 100 });
  clock.advance(DAY + LATER);
  await story.tick();
  await story.untilShares({ v2: 100 });
  await nothingChangesInAStorm();
  // The definitions of the last three stay for whoever wants to look them up: nobody pays for these.
  expect((await story.sight.releases()).targets).toEqual([`endpoint/${ENDPOINT}/variant/green`]);
});

step('a version whose requests fail loses its traffic at once, is rejected, and is never tried again', async () => {
  await trainByHand('worse');
  await story.send(runEnded(TRAINING, 'Succeeded'));
  await story.untilShares({ v2: 90, v3: 10 });
  await quiet(on);
  await story.serve('v2', HEALTHY);
  await story.serve('v3', SICK);
  await story.tick();
  await story.untilShares({ v2: 100 });
  expect(await story.sight.versions()).toMatchObject({ v2: { status: 'Approved' }, v3: { status: 'Rejected' } });
  const rejection = (await story.history()).find(({ what, text }) => what === 'mark' && /v3 is rejected/.test(text));
  expect(rejection?.text).toBe('v3 is rejected: 30 % of 200 requests failed, at most 1 % allowed');
  await nothingChangesInAStorm();
  clock.advance(12 * HOUR);
  await story.tick();
  await nothingChangesInAStorm();
  expect(await story.sight.shares()).toEqual({ v2: 100 });
  const { configs, targets } = await story.sight.releases();
  expect(configs.length).toBeLessThanOrEqual(3);
  expect(targets).toEqual([`endpoint/${ENDPOINT}/variant/green`]);
});

step('quality is bad in two weeks of three: with the tick off, the alarm alone starts the training', async () => {
  const alarm = on.named('AWS::CloudWatch::Alarm', /Monitorsquality/);
  const Name = on
    .named('AWS::Events::Rule', /onlineLoopTick/)
    .split('|')
    .at(-1)!;
  await on.clients.events.send(new DisableRuleCommand({ Name }));
  clock.advance(16 * DAY);
  // The last time that anybody but an event makes it look.
  await story.tick();
  await jobs.monitor(await story.run('inputs'), 'fine');
  await story.send(runEnded(pipelineOf('inputs'), 'Succeeded'));
  await quiet(on);
  const weeks = [];
  for (let week = 0; week < 3; week += 1) {
    expect(story.executing()).toEqual([]);
    expect(await stateOf(on.clients, alarm)).not.toBe('ALARM');
    const run = await story.run('quality');
    weeks.push(subjectOf(run));
    await jobs.monitor(run, 'violated');
    await story.send(runEnded(pipelineOf('quality'), 'Succeeded'));
  }
  const run = await story.run();
  expect(weeks).toMatchObject(weeks.map(() => ({ scope: 'window', version: 'v2' })));
  expect(await stateOf(on.clients, alarm)).toBe('ALARM');
  await quiet(on);
  const started = (await story.history()).find(({ action }) => action.do === 'start' && action.id === 'train-4');
  expect(started).toMatchObject({ outcome: 'done', action: { tags: { n: 4, reason: 'alarm:quality' } } });
  expect(started!.text).toMatch(/^quality was violated in 2 of the last 3 windows/);
  expect(run.parameters['Champion']).toContain('/artifacts/training/train-2/');
  await nothingChangesInAStorm();
});

step('nothing failed on the way', async () => {
  expect((await story.history()).filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  expect((await log(on)).filter((line) => /error/i.test(line))).toEqual([]);
  expect(world!.router.failures).toEqual([]);
});

step('cdk destroy leaves nothing that is paid for by the hour, and the versions', async () => {
  expect(story.executing()).toHaveLength(1);
  await on.look();
  await on.destroy();
  expect(await on.status()).toBeUndefined();
  expect(await story.sight.releases()).toEqual({ endpoints: [], configs: [], models: [], targets: [] });
  expect(world!.router.executions.list('Executing')).toEqual([]);
  expect(Object.keys(await story.sight.versions())).toEqual(['v1', 'v2', 'v3']);
});

step('its role allows what it called, and no reason is given for what it called', async () => {
  const { actions, refused, needless } = await judgeLoop(on, calls);
  expect(actions).toEqual(expect.arrayContaining(['s3:PutObject', 'sagemaker:UpdateEndpoint', 'sns:Publish']));
  expect({ refused, needless }).toEqual({ refused: [], needless: [] });
});
