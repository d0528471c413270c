import type { CreateTrainingJobRequest } from '@aws-sdk/client-sagemaker';
import { checkAgainstSchema } from './sdk-schema';

const request: CreateTrainingJobRequest = {
  TrainingJobName: 'job',
  AlgorithmSpecification: { TrainingInputMode: 'File', ContainerArguments: ['drift'] },
  RoleArn: 'arn:aws:iam::111122223333:role/jobs',
  InputDataConfig: [
    { ChannelName: 'data', DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://bucket/data/' } } },
  ],
  OutputDataConfig: { S3OutputPath: 's3://bucket/out' },
  ResourceConfig: { InstanceType: 'ml.m5.large', InstanceCount: 1, VolumeSizeInGB: 30 },
  StoppingCondition: { MaxRuntimeInSeconds: 60 },
  EnableNetworkIsolation: true,
  Environment: { A: 'b' },
};

test('a request as the documentation shows it has no faults', () => {
  expect(checkAgainstSchema('CreateTrainingJobRequest$', request)).toEqual([]);
});

test('an expression of a pipeline stands for text', () => {
  const value = { ...request, RoleArn: { Get: 'Parameters.Role' }, Environment: { A: { Get: 'Parameters.A' } } };
  expect(checkAgainstSchema('CreateTrainingJobRequest$', value)).toEqual([]);
});

test('a token that the client itself fills in is not missing', () => {
  const value = { PipelineName: 'p', PipelineParameters: [{ Name: 'Output', Value: 's3://bucket/out' }] };
  expect(checkAgainstSchema('StartPipelineExecutionRequest$', value)).toEqual([]);
});

const withoutRole = Object.fromEntries(Object.entries(request).filter(([member]) => member !== 'RoleArn'));
const planted: readonly [fault: string, request: unknown, found: readonly string[]][] = [
  ['a misspelt member', { ...request, EnableNetworkIsolaton: true }, ['EnableNetworkIsolaton: unknown']],
  ['a missing member', withoutRole, ['RoleArn: missing']],
  ['one set to undefined', { ...request, RoleArn: undefined }, ['RoleArn: missing']],
  [
    'faults in a structure in a list',
    { ...request, InputDataConfig: [{ Name: 'data', DataSource: { S3DataSource: { S3DataType: 'S3Prefix' } } }] },
    [
      'InputDataConfig[0].Name: unknown',
      'InputDataConfig[0].ChannelName: missing',
      'InputDataConfig[0].DataSource.S3DataSource.S3Uri: missing',
    ],
  ],
  ['a number for a text', { ...request, RoleArn: 1 }, ['RoleArn: text expected, got 1']],
  [
    'a text for a number',
    { ...request, StoppingCondition: { MaxRuntimeInSeconds: '60' } },
    ['StoppingCondition.MaxRuntimeInSeconds: a number expected, got "60"'],
  ],
  [
    'no number at all',
    { ...request, StoppingCondition: { MaxRuntimeInSeconds: Number.NaN } },
    ['StoppingCondition.MaxRuntimeInSeconds: a number expected, got null'],
  ],
  [
    'a text for true or false',
    { ...request, EnableNetworkIsolation: 'true' },
    ['EnableNetworkIsolation: true or false expected, got "true"'],
  ],
  ['a list for a map', { ...request, Environment: ['A'] }, ['Environment: a map expected, got ["A"]']],
  ['a number in a map', { ...request, Environment: { A: 1 } }, ['Environment.A: text expected, got 1']],
  [
    'a map for a list',
    { ...request, AlgorithmSpecification: { TrainingInputMode: 'File', ContainerArguments: { 0: 'drift' } } },
    ['AlgorithmSpecification.ContainerArguments: a list expected, got {"0":"drift"}'],
  ],
  [
    'an expression for a structure',
    { ...request, OutputDataConfig: { Get: 'Parameters.Output' } },
    ['OutputDataConfig: a structure expected, got {"Get":"Parameters.Output"}'],
  ],
  [
    'an expression with more than one key',
    { ...request, RoleArn: { Get: 'Parameters.Role', Else: '' } },
    ['RoleArn: text expected, got {"Get":"Parameters.Role","Else":""}'],
  ],
  ['a text for all of it', 'request', ['the request: a structure expected, got "request"']],
];

test.each(planted)('finds %s', (_fault, value, found) => {
  expect(checkAgainstSchema('CreateTrainingJobRequest$', value)).toEqual(found);
});

test.each([
  [{ EFSFileSystem: { FileSystemId: 'fs-1' } }, []],
  [
    { EFSFileSystem: { FileSystemId: 'fs-1' }, FSxLustreFileSystem: { FileSystemId: 'fs-2' } },
    ['2 members of a union'],
  ],
  [{}, ['0 members of a union']],
])('a union has one member: %j', (value, found) => {
  expect(checkAgainstSchema('CustomFileSystem$', value)).toEqual(found.map((fault) => `the request: ${fault}`));
});
