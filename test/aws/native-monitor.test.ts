/** SageMaker Model Monitor on an endpoint that is there. */
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Stack } from 'aws-cdk-lib/core';
import { Endpoint } from '../../constructs/aws/endpoint';
import { NativeMonitor, type ModelQuality, type NativeMonitorProps } from '../../constructs/aws/native-monitor';
import { checkSchedule, scheduleHours } from '../../constructs/aws/native-schedule';
import type { ServedEndpoint } from '../../constructs/aws/served-endpoint';
import { anywhere, expectTemplate, image, networkIn, newStack, problemsOf, storageOf, version } from './endpoint-parts';

const dataQuality = {
  kind: 'data-quality',
  statistics: 's3://baselines/online/statistics.json',
  constraints: 's3://baselines/online/constraints.json',
} as const;

const modelQuality: ModelQuality = {
  kind: 'model-quality',
  constraints: 's3://baselines/online/quality.json',
  problem: 'Regression',
  labels: 's3://labels/online',
  labelsWithin: '1 day',
  prediction: '0',
};

const existing = (stack: Stack): ServedEndpoint =>
  Endpoint.fromExisting(stack, 'Endpoint', {
    endpointName: 'theirs',
    endpoint: 'online',
    captures: {
      bucket: s3.Bucket.fromBucketName(stack, 'Captured', 'captured'),
      folder: 'theirs',
      key: kms.Key.fromKeyArn(
        stack,
        'CaptureKey',
        'arn:aws:kms:eu-west-1:111122223333:key/66666666-7777-8888-9999-000000000000',
      ),
    },
  });

function synthesized(more: (stack: Stack) => Partial<NativeMonitorProps> = () => ({}), stack = newStack()) {
  const monitor = new NativeMonitor(stack, 'Monitor', {
    endpoint: existing(stack),
    name: 'inputs',
    modelMonitor: 'available',
    storage: storageOf(stack),
    measures: dataQuality,
    ...more(stack),
  });
  return { monitor, stack, template: Template.fromStack(stack) };
}

describe('goldens', () => {
  test('native-data-quality', () => {
    const { stack } = synthesized(() => ({
      schedule: 'cron(0 * ? * * *)',
      preprocessor: 's3://baselines/online/rows.py',
      alarm: { metric: 'feature_baseline_drift_temperature', above: 0.2 },
    }));
    expectTemplate(stack, 'native-data-quality');
  });

  test('native-model-quality, in a network', () => {
    const { stack } = synthesized((there) => ({
      name: 'quality',
      measures: modelQuality,
      network: networkIn(there),
      alarm: { metric: 'rmse', above: 12 },
    }));
    expectTemplate(stack, 'native-model-quality');
  });
});

test('of a version that this stack serves, it is made after the endpoint, and reads what that captures', () => {
  const stack = newStack();
  const storage = storageOf(stack);
  const endpoint = new Endpoint(stack, 'Endpoint', {
    storage,
    name: 'shop-online',
    endpoint: 'online',
    image,
    version,
  });
  const props = { endpoint, storage, name: 'inputs', modelMonitor: 'available', measures: dataQuality } as const;
  new NativeMonitor(stack, 'Monitor', props);
  const template = Template.fromStack(stack);
  const [served] = Object.keys(template.findResources('AWS::SageMaker::Endpoint'));
  for (const type of ['DataQualityJobDefinition', 'MonitoringSchedule'])
    template.hasResource(`AWS::SageMaker::${type}`, { DependsOn: Match.arrayWith([served]) });
  expect(JSON.stringify(template.findResources('AWS::IAM::Role'))).toContain(':s3:::the-bucket/captures/online/*');
});

test('definitions have no names of their own, so that they can be replaced', () => {
  for (const measures of [dataQuality, modelQuality])
    expect(JSON.stringify(synthesized(() => ({ measures })).template.toJSON())).not.toContain('"JobDefinitionName"');
});

test('each run reads the last window whose labels are there by now, and ends before the next one', () => {
  synthesized(() => ({
    schedule: 'cron(0 0/6 ? * * *)',
    measures: { ...modelQuality, labelsWithin: '2 days' },
  })).template.hasResourceProperties('AWS::SageMaker::ModelQualityJobDefinition', {
    ModelQualityJobInput: {
      EndpointInput: { StartTimeOffset: '-PT54H', EndTimeOffset: '-PT48H', InferenceAttribute: '0' },
    },
    StoppingCondition: { MaxRuntimeInSeconds: 21_600 },
  });
  synthesized(() => ({
    measures: { ...modelQuality, problem: 'BinaryClassification', probability: '1' },
  })).template.hasResourceProperties('AWS::SageMaker::ModelQualityJobDefinition', {
    ModelQualityAppSpecification: { ProblemType: 'BinaryClassification' },
    ModelQualityJobInput: { EndpointInput: { ProbabilityAttribute: '1' } },
    StoppingCondition: { MaxRuntimeInSeconds: 86_400 },
  });
});

test('the alarm watches the native metric, by its own names, over one window', () => {
  const { template, monitor } = synthesized(() => ({
    measures: { ...modelQuality, problem: 'BinaryClassification' },
    alarm: { metric: 'auc', below: 0.7 },
  }));
  expect(monitor.scheduleName).toBe('theirs-inputs');
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'theirs-inputs-violated',
    Namespace: 'aws/sagemaker/Endpoints/model-metrics',
    MetricName: 'auc',
    Dimensions: [
      { Name: 'Endpoint', Value: 'theirs' },
      { Name: 'MonitoringSchedule', Value: 'theirs-inputs' },
    ],
    Statistic: 'Minimum',
    ComparisonOperator: 'LessThanThreshold',
    Threshold: 0.7,
    Period: 86_400,
    EvaluationPeriods: 1,
    TreatMissingData: 'notBreaching',
  });
  synthesized().template.resourceCountIs('AWS::CloudWatch::Alarm', 0);
});

test('captures that S3 encrypts itself need no key', () => {
  const { template } = synthesized((stack) => ({
    endpoint: Endpoint.fromExisting(stack, 'Plain', {
      endpointName: 'theirs',
      captures: { bucket: s3.Bucket.fromBucketName(stack, 'Plainly', 'captured'), folder: 'theirs' },
    }),
  }));
  const text = JSON.stringify(template.findResources('AWS::IAM::Role'));
  expect(text).toContain(':s3:::captured/theirs/*');
  expect(text).not.toContain('key/66666666-7777-8888-9999-000000000000');
});

test('no two statements of the role have the same name: IAM would refuse them', () => {
  const { template } = synthesized(() => ({ measures: modelQuality, preprocessor: 's3://elsewhere/rows.py' }));
  const [role] = Object.values(template.findResources('AWS::IAM::Role')) as unknown as [
    { Properties: { Policies: [{ PolicyDocument: { Statement: { Sid: string }[] } }] } },
  ];
  const names = role.Properties.Policies[0].PolicyDocument.Statement.map(({ Sid }) => Sid);
  expect(new Set(names).size).toBe(names.length);
});

test('where the region is not known, the template knows the account of the image', () => {
  const { template } = synthesized(() => ({}), anywhere());
  template.hasMapping('*', { 'eu-west-1': { account: '468650794304' }, 'us-east-1': { account: '156813124566' } });
  template.hasResourceProperties('AWS::SageMaker::DataQualityJobDefinition', {
    DataQualityAppSpecification: {
      ImageUri: {
        'Fn::Join': ['', Match.arrayWith([{ 'Fn::FindInMap': [Match.anyValue(), { Ref: 'AWS::Region' }, 'account'] }])],
      },
    },
  });
});

describe('the schedules of Model Monitor', () => {
  test.each<[string, number]>([
    ['cron(0 * ? * * *)', 1],
    ['cron(0 0 ? * * *)', 24],
    ['cron(0 23 ? * * *)', 24],
    ['cron(0 03 ? * * *)', 24],
    ['cron(0 17/12 ? * * *)', 12],
    ['cron(0 0/1 ? * * *)', 1],
    ['cron(0 0/24 ? * * *)', 24],
  ])('%s: every %p hours', (schedule, hours) => {
    expect(scheduleHours(schedule)).toBe(hours);
    expect(checkSchedule(schedule, 'schedule')).toEqual([]);
  });

  test.each([
    'NOW',
    'cron(0 24 ? * * *)',
    'cron(30 3 ? * * *)',
    'cron(0 3 * * ? *)',
    'cron(0 3 ? * MON *)',
    'cron(0 0/25 ? * * *)',
    'cron(0 0/0 ? * * *)',
    'rate(1 day)',
    '0 3 * * *',
  ])('refuse %s', (schedule) => {
    expect(checkSchedule(schedule, 'schedule')).toEqual([
      {
        path: 'schedule',
        got: JSON.stringify(schedule),
        expected: 'cron(0 * ? * * *), cron(0 H ? * * *), or cron(0 H/N ? * * *) with H from 0 to 23 and N from 1 to 24',
        fix: "write 'cron(0 3 ? * * *)' for each day at 3:00 UTC; Model Monitor knows no weeks, days or minutes",
      },
    ]);
  });
});

describe('refuses', () => {
  const found = (more: (stack: Stack) => Partial<NativeMonitorProps>, stack?: Stack) =>
    problemsOf(() => synthesized(more, stack));
  const noCapture = (got: string) => ({
    path: 'endpoint',
    got,
    expected: 'one whose requests are captured: only real-time endpoints can do that',
    fix: 'set kind to "real-time" and capture to 100, or say where an existing endpoint captures to; https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture.html',
  });

  test('an account of which nobody says that it has Model Monitor', () => {
    expect(found(() => ({ modelMonitor: undefined as unknown as 'available' }))).toEqual([
      {
        path: 'modelMonitor',
        got: 'nothing',
        expected: '"available": since 30 July 2026 AWS offers Model Monitor only to accounts that used it before',
        fix: "use a Monitor, which runs in every account, or say modelMonitor: 'available' where this account is one of them; https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-availability-change.html",
      },
    ]);
  });

  test('an endpoint that the loop makes later', () => {
    const endpoint = (stack: Stack) =>
      new Endpoint(stack, 'Later', {
        storage: storageOf(stack),
        name: 'later',
        endpoint: 'online',
        image,
        models: ['m'],
      });
    const stack = newStack();
    expect(
      problemsOf(
        () =>
          new NativeMonitor(stack, 'Monitor', {
            endpoint: endpoint(stack),
            name: 'inputs',
            modelMonitor: 'available',
            storage: storageOf(newStack()),
            measures: dataQuality,
          }),
      ),
    ).toEqual([
      {
        path: 'endpoint',
        got: 'an endpoint that the loop makes with its first version',
        expected: 'one that is there when the stack has been deployed: a schedule needs it',
        fix: 'use a Monitor, or an Endpoint with a given version, or Endpoint.fromExisting',
      },
    ]);
  });

  test('endpoints that capture nothing', () => {
    const theirs = (kind: 'real-time' | 'serverless') => (stack: Stack) => ({
      endpoint: Endpoint.fromExisting(stack, 'Silent', { endpointName: 'theirs', kind }),
    });
    expect(found(theirs('real-time'))).toEqual([noCapture('a real-time endpoint whose requests are not captured')]);
    expect(found(theirs('serverless'))).toEqual([noCapture('a serverless endpoint whose requests are not captured')]);
    const stack = newStack();
    const storage = storageOf(stack);
    const kind = { kind: 'asynchronous' } as const;
    const endpoint = new Endpoint(stack, 'Queue', { storage, name: 'queue', endpoint: 'queue', image, version, kind });
    const props = { endpoint, storage, name: 'inputs', modelMonitor: 'available', measures: dataQuality } as const;
    expect(problemsOf(() => new NativeMonitor(stack, 'Monitor', props))).toEqual([
      noCapture('an asynchronous endpoint whose requests are not captured'),
    ]);
  });

  test('a region without Model Monitor', () => {
    expect(found(() => ({}), newStack('ca-west-1'))).toEqual([
      {
        path: 'region',
        got: '"ca-west-1"',
        expected: 'a region that has Model Monitor',
        fix: 'use a Monitor, which runs in every region that has SageMaker Pipelines',
      },
    ]);
  });

  test('addresses that are none, and what else is wrong, all at once', () => {
    const uri = (path: string, got: string) => ({
      path,
      got: JSON.stringify(got),
      expected: 's3://BUCKET/PATH, without a slash at its end',
      fix: 'correct it: a slash too many is another name on S3',
    });
    const wrong = { kind: 'data-quality', statistics: 'statistics.json', constraints: 's3://b/' } as const;
    expect(
      found(() => ({ name: 'In puts', measures: wrong, preprocessor: 's3://b', machine: 'large', schedule: 'NOW' })),
    ).toEqual([
      expect.objectContaining({ path: 'name', got: 'the name "In puts"' }),
      expect.objectContaining({ path: 'schedule', got: '"NOW"' }),
      uri('preprocessor', 's3://b'),
      expect.objectContaining({ path: 'machine', got: '"large"' }),
      uri('measures.constraints', 's3://b/'),
      uri('measures.statistics', 'statistics.json'),
    ]);
  });

  test('labels that nobody can match', () => {
    const blind: ModelQuality = {
      kind: 'model-quality',
      constraints: modelQuality.constraints,
      problem: 'Regression',
      labels: 's3://labels/',
      labelsWithin: '90 minutes',
    };
    expect(found(() => ({ measures: blind }))).toEqual([
      expect.objectContaining({ path: 'measures.labels' }),
      {
        path: 'measures.labelsWithin',
        got: '"90 minutes"',
        expected: 'whole hours',
        fix: "write '6 hours' or '1 day'",
      },
      {
        path: 'measures.prediction',
        got: 'neither a prediction nor a probability',
        expected: 'where in an answer the prediction is',
        fix: "write prediction: '0' for the first column of CSV, or the name of a field of JSON",
      },
    ]);
    expect(found(() => ({ measures: { ...modelQuality, probability: '1' } }))).toEqual([
      {
        path: 'measures.probability',
        got: '"1"',
        expected: 'none: a regression has no probability',
        fix: 'name it prediction, or correct the problem',
      },
    ]);
  });
});
