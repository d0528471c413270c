/** The example's stack on ministack, by the CDK's own command line, and the loop that it deploys; SageMaker is behind the router. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeModelPackageGroupCommand, DescribePipelineCommand } from '@aws-sdk/client-sagemaker';
import { sagemakerClient } from './clients';
import { Deployment } from './deployment';
import { invoke, keys, publish, putEvents, readJson, readObject, setAlarm, stateOf, writeObject } from './environment';
import { contradictions, unlisted } from './listed';
import { looks, quiet } from './looks';
import { skippedByMinistack } from './skipped';
import { steps } from './steps';
import { withoutKinds } from './template';
import { until } from './waiting';
import { World } from './world';

const DATA = 'data/rentals/bike-rentals.parquet';
const RELEASE = 'loop/online/release.json';
const PIPELINE = 'bike-rentals-training';
const DEPLOYMENT = { deployment: expect.stringMatching(/^[0-9a-f]{16}$/) as string };

let world: World | undefined;
let on: Deployment;
let released: unknown;
const step = steps();

beforeAll(async () => {
  world = await World.start();
  on = await Deployment.of(world.ministack, (template) => withoutKinds(template, Object.keys(skippedByMinistack)));
});
afterAll(async () => {
  await world?.stop();
  on?.close();
});

const bucket = () => on.named('AWS::S3::Bucket', /StorageBucket/);
const loop = () => on.named('AWS::Lambda::Function', /onlineLoopFunction/);
const sagemaker = () => sagemakerClient(world!.router.endpoint);

step('cdk bootstrap and cdk deploy', async () => {
  await on.create();
  expect(await on.status()).toBe('CREATE_COMPLETE');
});

step('creates everything but what is listed', async () => {
  expect(await contradictions(on, skippedByMinistack)).toEqual([]);
});

step('what was created is there, says each of its services', async () => {
  expect(Object.keys(await on.look()).sort()).toEqual([...unlisted(on, skippedByMinistack)].sort());
});

step('the custom resources did their work: data, code and release lie in the bucket', async () => {
  const there = (await keys(on.clients, bucket())).map((key) => key.replace(/[0-9a-f]{64}/, 'DIGEST'));
  const uploaded = ['artifacts/none/none.json', 'code/DIGEST/launch.sh', 'code/DIGEST/model.py', DATA, RELEASE];
  expect(there).toEqual(expect.arrayContaining(uploaded));
  const original = readFileSync(join(__dirname, '../../stacks/bike-rentals/data/bike-rentals.parquet'));
  expect((await readObject(on.clients, bucket(), DATA)).equals(original)).toBe(true);
  released = await readJson(on.clients, bucket(), RELEASE);
  expect(released).toEqual(DEPLOYMENT);
});

step('the pipelines are in SageMaker, with names in the place of references', async () => {
  const described = await sagemaker().send(new DescribePipelineCommand({ PipelineName: PIPELINE }));
  expect(JSON.parse(described.PipelineDefinition!)).toMatchObject({ Version: '2020-12-01' });
  expect(described.PipelineDefinition).toContain(bucket());
  expect(described.RoleArn).toMatch(/^arn:aws:iam::\d+:role\//);
});

step('the deployed loop starts the first training, once', async () => {
  await invoke(on.clients, loop(), { look: 'now' });
  await invoke(on.clients, loop(), { look: 'now' });
  const parameters = { Output: `s3://${bucket()}/artifacts/training/train-1` };
  expect(world!.router.executions.list()).toMatchObject([{ pipeline: PIPELINE, status: 'Executing', parameters }]);
});

step('it looks when an event comes, an alarm rings, and labels arrive', async () => {
  const endpointChanged = {
    source: 'aws.sagemaker',
    type: 'SageMaker Endpoint State Change',
    detail: { EndpointName: 'bike-rentals-online' },
  };
  const wakeUps: Readonly<Record<string, () => Promise<void>>> = {
    event: () => putEvents(on.clients, endpointChanged),
    alarm: () => setAlarm(on.clients, on.named('AWS::CloudWatch::Alarm', /Monitorsinputs/), 'ALARM'),
    labels: () => writeObject(on.clients, bucket(), 'labels/rentals/late.jsonl', ''),
  };
  for (const [what, wake] of Object.entries(wakeUps)) {
    const before = await quiet(on);
    await wake();
    await until(`a look after the ${what}`, async () => (await looks(on)).length > before);
  }
});

step('an alarm rings for its own metric only, and the loop sees which', async () => {
  const [inputs, quality] = ['inputs', 'quality'].map((monitor) =>
    on.named('AWS::CloudWatch::Alarm', new RegExp(`Monitors${monitor}`)),
  ) as [string, string];
  // It stays: the highest value of five minutes counts, whatever the loop publishes after it.
  await publish(on.clients, inputs, 1);
  expect(await stateOf(on.clients, inputs)).toBe('ALARM');
  expect(await stateOf(on.clients, quality)).toBe('OK');
  await until('a look that sees the alarm', async () => (await looks(on)).at(-1)?.alarms.includes('inputs'));
  expect((await looks(on)).at(-1)!.alarms).toEqual(['inputs']);
});

step('cdk deploy again changes nothing', async () => {
  const before = await on.look();
  const { output, events, now } = await on.deployAgain();
  expect(output).toContain('(no changes)');
  expect(events).toBe(0);
  expect(now).toEqual(before);
});

step('cdk deploy of another threshold changes what depends on it, in place, and releases it', async () => {
  const { differ, should, replaced } = await on.deployChange();
  expect(await on.status()).toBe('UPDATE_COMPLETE');
  expect(should).not.toEqual([]);
  expect(differ).toEqual(should);
  expect(replaced).toEqual([]);
  const now = await readJson(on.clients, bucket(), RELEASE);
  expect(now).toEqual(DEPLOYMENT);
  expect(now).not.toEqual(released);
});

step('cdk destroy leaves what is to be kept, and nothing else', async () => {
  const { left, kept } = await on.destroy();
  expect(await on.status()).toBeUndefined();
  expect(kept).not.toEqual([]);
  expect(left).toEqual(kept);
});

step('the run in flight was stopped, the pipelines are gone, and the versions are kept', async () => {
  expect(world!.router.executions.list()).toMatchObject([{ status: 'Stopped' }]);
  const gone = sagemaker().send(new DescribePipelineCommand({ PipelineName: PIPELINE }));
  await expect(gone).rejects.toThrow(/Could not find pipeline/);
  await sagemaker().send(new DescribeModelPackageGroupCommand({ ModelPackageGroupName: PIPELINE }));
});

step('SageMaker behind the router did all that it was asked', async () => {
  console.log(['The router made up for:', ...world!.router.filledIn].join('\n  '));
  expect(world!.router.failures).toEqual([]);
});
