/** The one address for SageMaker, driven by the official client: what a story of the loop will rely on. */
import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateModelPackageCommand,
  CreateModelPackageGroupCommand,
  CreatePipelineCommand,
  DescribeEndpointCommand,
  DescribeModelPackageCommand,
  DescribePipelineExecutionCommand,
  ListModelPackagesCommand,
  ListPipelineExecutionStepsCommand,
  ListPipelineExecutionsCommand,
  StartPipelineExecutionCommand,
  StopPipelineExecutionCommand,
  UpdateEndpointCommand,
  UpdateEndpointWeightsAndCapacitiesCommand,
  UpdateModelPackageCommand,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { sagemakerClient } from './clients';
import { startFakecloud, startMoto } from './emulators';
import type { Running } from './processes';
import { startRouter, type Router } from './router';

const ROLE = 'arn:aws:iam::123456789012:role/serve';
const running: Running[] = [];
let router: Router;
let client: SageMakerClient;

beforeAll(async () => {
  const moto = await startMoto();
  running.push(moto);
  const fakecloud = await startFakecloud();
  running.push(fakecloud);
  router = await startRouter(moto.endpoint, fakecloud.endpoint);
  running.push(router);
  client = sagemakerClient(router.endpoint);
});
afterAll(async () => {
  await Promise.all(running.map((one) => one.stop()));
});

const variants = async () => {
  const { ProductionVariants } = await client.send(new DescribeEndpointCommand({ EndpointName: 'online' }));
  return Object.fromEntries(
    ProductionVariants!.map(({ VariantName, CurrentWeight }) => [VariantName!, CurrentWeight] as const),
  );
};
const configure = (name: string, slots: readonly (readonly [slot: string, model: string, weight: number])[]) =>
  client.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: slots.map(([VariantName, ModelName, InitialVariantWeight]) => ({
        VariantName,
        ModelName,
        InitialVariantWeight,
        InitialInstanceCount: 1,
        InstanceType: 'ml.m5.large',
      })),
    }),
  );
const shift = (weights: Readonly<Record<string, number>>) =>
  client.send(
    new UpdateEndpointWeightsAndCapacitiesCommand({
      EndpointName: 'online',
      DesiredWeightsAndCapacities: Object.entries(weights).map(([VariantName, DesiredWeight]) => ({
        VariantName,
        DesiredWeight,
      })),
    }),
  );

test('an endpoint has the variants of its configuration, then the weights that were asked for, then its next configuration', async () => {
  for (const ModelName of ['one', 'two'])
    await client.send(
      new CreateModelCommand({ ModelName, ExecutionRoleArn: ROLE, PrimaryContainer: { Image: 'image' } }),
    );
  await configure('first', [['blue', 'one', 1]]);
  await client.send(new CreateEndpointCommand({ EndpointName: 'online', EndpointConfigName: 'first' }));
  expect(await variants()).toEqual({ blue: 1 });

  await configure('second', [
    ['blue', 'one', 1],
    ['green', 'two', 0],
  ]);
  await client.send(new UpdateEndpointCommand({ EndpointName: 'online', EndpointConfigName: 'second' }));
  expect(await variants()).toEqual({ blue: 1, green: 0 });
  await shift({ blue: 0.9, green: 0.1 });
  expect(await variants()).toEqual({ blue: 0.9, green: 0.1 });

  await configure('third', [['green', 'two', 1]]);
  await client.send(new UpdateEndpointCommand({ EndpointName: 'online', EndpointConfigName: 'third' }));
  expect(await variants()).toEqual({ green: 1 });
  await expect(shift({ blue: 1 })).rejects.toThrow('"blue" is not present');
  await expect(configure('fourth', [['blue', 'absent', 1]])).rejects.toThrow('Could not find model "absent"');
  const nowhere = new UpdateEndpointCommand({ EndpointName: 'online', EndpointConfigName: 'absent' });
  await expect(client.send(nowhere)).rejects.toThrow('Could not find endpoint configuration "absent"');
});

test('runs execute until a test ends them, once a token, newest first', async () => {
  const PipelineDefinition = JSON.stringify({ Version: '2020-12-01', Steps: [] });
  const created = { PipelineName: 'training', PipelineDefinition, RoleArn: ROLE };
  await client.send(new CreatePipelineCommand({ ...created, ClientRequestToken: 'c'.repeat(32) }));
  const start = (token: string) =>
    client.send(
      new StartPipelineExecutionCommand({
        PipelineName: 'training',
        PipelineExecutionDisplayName: token.slice(0, 1),
        ClientRequestToken: token,
        PipelineParameters: [{ Name: 'Output', Value: `s3://bucket/${token.slice(0, 1)}` }],
      }),
    );
  const arns = [];
  for (const letter of ['a', 'b', 'c']) arns.push((await start(letter.repeat(32))).PipelineExecutionArn!);
  expect((await start('a'.repeat(32))).PipelineExecutionArn).toBe(arns[0]);
  const [first, second, third] = arns as [string, string, string];
  expect(router.executions.list('Executing').map(({ parameters }) => parameters['Output'])).toEqual([
    's3://bucket/a',
    's3://bucket/b',
    's3://bucket/c',
  ]);

  router.executions.end(first, 'Succeeded');
  router.executions.end(second, 'Failed', 'no rows');
  await client.send(
    new StopPipelineExecutionCommand({ PipelineExecutionArn: third, ClientRequestToken: 's'.repeat(32) }),
  );
  const { PipelineExecutionSummaries } = await client.send(
    new ListPipelineExecutionsCommand({ PipelineName: 'training', SortBy: 'CreationTime', SortOrder: 'Descending' }),
  );
  expect(
    PipelineExecutionSummaries!.map((one) => [
      one.PipelineExecutionDisplayName,
      one.PipelineExecutionStatus,
      one.PipelineExecutionFailureReason,
    ]),
  ).toEqual([
    ['c', 'Stopped', undefined],
    ['b', 'Failed', 'no rows'],
    ['a', 'Succeeded', undefined],
  ]);
  const described = await client.send(new DescribePipelineExecutionCommand({ PipelineExecutionArn: second }));
  expect(described).toMatchObject({ PipelineExecutionStatus: 'Failed', FailureReason: 'no rows' });
  const { PipelineExecutionSteps } = await client.send(
    new ListPipelineExecutionStepsCommand({ PipelineExecutionArn: second }),
  );
  expect(PipelineExecutionSteps).toMatchObject([{ StepStatus: 'Failed', FailureReason: 'no rows' }]);
});

test('a version keeps its approval when only its marks change', async () => {
  const ModelPackageGroupName = 'models';
  await client.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName }));
  const { ModelPackageArn } = await client.send(
    new CreateModelPackageCommand({
      ModelPackageGroupName,
      ModelApprovalStatus: 'Approved',
      CustomerMetadataProperties: { n: '1' },
    }),
  );
  const CustomerMetadataProperties = { n: '1', live: 'd1' };
  await client.send(new UpdateModelPackageCommand({ ModelPackageArn, CustomerMetadataProperties }));
  const described = await client.send(new DescribeModelPackageCommand({ ModelPackageName: ModelPackageArn }));
  expect(described).toMatchObject({ ModelApprovalStatus: 'Approved', CustomerMetadataProperties });
  const approved = new ListModelPackagesCommand({ ModelPackageGroupName, ModelApprovalStatus: 'Approved' });
  expect((await client.send(approved)).ModelPackageSummaryList).toHaveLength(1);
});

test('says what it made up for, and no operation failed in an emulator', () => {
  console.log(['The router made up for:', ...router.filledIn].join('\n  '));
  expect([...router.filledIn].sort()).toEqual([...router.lacks].sort());
  expect(router.failures).toEqual([]);
});
