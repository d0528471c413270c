/** What is created for an endpoint, of each kind, with a version and without. */
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Stack } from 'aws-cdk-lib/core';
import { Endpoint, type EndpointProps } from '../../constructs/aws/endpoint';
import type { Served } from '../../constructs/aws/loop-props';
import {
  anywhere,
  archive,
  expectTemplate,
  image,
  networkIn,
  newStack,
  problemsOf,
  propsIn,
  version,
} from './endpoint-parts';

function synthesized(more: (stack: Stack) => Partial<EndpointProps>, stack = newStack()) {
  const endpoint = new Endpoint(stack, 'Endpoint', { ...propsIn(stack), ...more(stack) });
  return { stack, endpoint, template: Template.fromStack(stack) };
}

describe('goldens', () => {
  test.each<[string, (stack: Stack) => Partial<EndpointProps>]>([
    [
      'endpoint-of-the-loop',
      (stack) => ({
        rollout: { steps: [10], leastRequests: 50, rollBackOn: { errorRate: 0.02, p99: '250 ms' } },
        topic: sns.Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:eu-west-1:111122223333:notices'),
      }),
    ],
    ['endpoint-real-time', () => ({ version, models: [] })],
    [
      'endpoint-network-guardrails-autoscaling',
      (stack) => ({
        version,
        network: networkIn(stack),
        replicas: { min: 2, max: 6 },
        rollout: { steps: [20], bake: '10 minutes', rollBackOn: { p99: '400 ms' } },
        healthWindow: '2 minutes',
        kind: {
          kind: 'real-time',
          machine: 'ml.c5d.xlarge',
          invocationsPerReplica: 1200,
          capture: 25,
          guardrails: { alarms: [cloudwatch.Alarm.fromAlarmName(stack, 'Own', 'revenue')] },
        },
      }),
    ],
    [
      'endpoint-serverless',
      () => ({
        version: archive,
        models: [],
        kind: { kind: 'serverless', memory: '3 GiB' },
        replicas: { min: 0, max: 20 },
      }),
    ],
    [
      'endpoint-asynchronous',
      () => ({
        version,
        kind: { kind: 'asynchronous', maxConcurrentInvocationsPerReplica: 8 },
        replicas: { min: 0, max: 5 },
      }),
    ],
  ])('%s', (name, more) => {
    expectTemplate(synthesized(more).stack, name);
  });

  test('an endpoint that exists brings nothing into the template', () => {
    const stack = newStack();
    Endpoint.fromExisting(stack, 'Endpoint', { endpointName: 'theirs' });
    expect(Template.fromStack(stack).toJSON()).not.toHaveProperty('Resources');
  });
});

describe('without a version', () => {
  test('only a role and alarms are made: the loop makes the rest', () => {
    const { endpoint, template } = synthesized(() => ({}));
    const types = Object.values(template.toJSON()['Resources'] as Record<string, { Type: string }>).map(
      ({ Type }) => Type,
    );
    expect(types.sort()).toEqual(['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::Alarm', 'AWS::IAM::Role']);
    expect(endpoint.resource).toBeUndefined();
    expect(endpoint.exists).toBe('once a version is live');
    expect(endpoint.slots).toEqual(['blue', 'green']);
  });

  test('the loop is handed what it needs', () => {
    const { endpoint } = synthesized(() => ({}));
    const served: Served = endpoint;
    expect(served.endpointName).toBe('shop-online');
    expect(served.serving).toMatchObject({ kind: 'real-time', machine: 'ml.m5.large', capture: 100 });
    expect(served.revision).toMatch(/^[0-9a-f]{8}$/);
  });
});

describe('the role of the models', () => {
  const actions = (more: (stack: Stack) => Partial<EndpointProps>) => {
    const { template } = synthesized(more);
    const [role] = Object.values(template.findResources('AWS::IAM::Role')) as unknown as [
      { Properties: { Policies: [{ PolicyDocument: { Statement: { Sid: string; Action: string | string[] }[] } }] } },
    ];
    return role.Properties.Policies[0].PolicyDocument.Statement.flatMap(({ Action }) => Action).sort();
  };
  const every = [
    'ecr:BatchCheckLayerAvailability',
    'ecr:BatchGetImage',
    'ecr:GetAuthorizationToken',
    'ecr:GetDownloadUrlForLayer',
    'kms:Decrypt',
    'logs:CreateLogGroup',
    'logs:CreateLogStream',
    'logs:DescribeLogStreams',
    'logs:PutLogEvents',
    's3:GetObject',
    's3:ListBucket',
  ];
  const writes = ['kms:Decrypt', 'kms:GenerateDataKey', 's3:AbortMultipartUpload', 's3:PutObject'];
  const disks = ['kms:CreateGrant', 'kms:DescribeKey'];
  const serverless: Partial<EndpointProps> = {
    version: archive,
    kind: { kind: 'serverless' },
    replicas: { min: 0, max: 1 },
  };

  test('writes only where it captures or answers', () => {
    expect(actions(() => ({}))).toEqual([...every, ...writes, ...disks].sort());
    expect(actions(() => ({ kind: { kind: 'real-time', capture: 0 } }))).toEqual([...every, ...disks].sort());
    expect(actions(() => serverless)).toEqual(every);
    expect(actions(() => ({ kind: { kind: 'asynchronous' } }))).toEqual([...every, ...writes, ...disks].sort());
  });

  test('grants for its disk only where the disk takes the key', () => {
    const nvme = { kind: 'real-time', machine: 'ml.g5.xlarge', capture: 0 } as const;
    expect(actions(() => ({ kind: nvme }))).toEqual(every);
  });

  test('sees alarms only with guardrails, and the network only with one', () => {
    const guarded = { kind: 'real-time', guardrails: {} } as const;
    expect(actions(() => ({ kind: guarded }))).toContain('cloudwatch:DescribeAlarms');
    expect(actions(() => ({}))).not.toContain('cloudwatch:DescribeAlarms');
    expect(actions((stack) => ({ network: networkIn(stack) }))).toContain('ec2:CreateNetworkInterface');
    expect(actions(() => ({}))).not.toContain('ec2:CreateNetworkInterface');
  });
});

describe('a given version', () => {
  test('is isolated unless somebody says otherwise', () => {
    synthesized(() => ({ version })).template.hasResourceProperties('AWS::SageMaker::Model', {
      EnableNetworkIsolation: true,
    });
    synthesized(() => ({ version, isolation: false })).template.hasResourceProperties('AWS::SageMaker::Model', {
      EnableNetworkIsolation: false,
    });
  });

  test('does not scale where the replicas are the same', () => {
    const { template } = synthesized(() => ({ version, replicas: { min: 2, max: 2 } }));
    template.resourceCountIs('AWS::ApplicationAutoScaling::ScalableTarget', 0);
    template.hasResourceProperties('AWS::SageMaker::EndpointConfig', {
      ProductionVariants: [Match.objectLike({ InitialInstanceCount: 2 })],
    });
    template.hasResourceProperties('AWS::SageMaker::Endpoint', { RetainAllVariantProperties: Match.absent() });
  });

  test('begins with one machine where it may scale to zero', () => {
    const kind = { kind: 'asynchronous' } as const;
    const { template } = synthesized(() => ({ version, kind, replicas: { min: 0, max: 2 } }));
    template.hasResourceProperties('AWS::SageMaker::EndpointConfig', {
      ProductionVariants: [Match.objectLike({ InitialInstanceCount: 1 })],
    });
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', { MinCapacity: 0 });
  });

  test('without a step, all machines change at once and are baked', () => {
    const kind = { kind: 'real-time', guardrails: {} } as const;
    const { template } = synthesized(() => ({ version, kind, rollout: { bake: '30 minutes' } }));
    template.hasResourceProperties('AWS::SageMaker::Endpoint', {
      DeploymentConfig: {
        BlueGreenUpdatePolicy: {
          TrafficRoutingConfiguration: { Type: 'ALL_AT_ONCE', WaitIntervalInSeconds: 1800, CanarySize: Match.absent() },
        },
        AutoRollbackConfiguration: { Alarms: [{ AlarmName: { Ref: 'EndpointHealthLiveErrors9E3932D6' } }] },
      },
    });
  });

  test('every transform is asked, and what it returns is made', () => {
    const { template } = synthesized(() => ({
      version,
      transform: {
        model: (props) => ({ ...props, modelName: 'm' }),
        endpointConfig: (props) => ({ ...props, endpointConfigName: 'c' }),
        endpoint: (props) => ({ ...props, retainDeploymentConfig: true }),
        alarm: (props) => ({ ...props, actionsEnabled: false }),
      },
    }));
    template.hasResourceProperties('AWS::SageMaker::Model', { ModelName: 'm' });
    template.hasResourceProperties('AWS::SageMaker::EndpointConfig', { EndpointConfigName: 'c' });
    template.hasResourceProperties('AWS::SageMaker::Endpoint', { RetainDeploymentConfig: true });
    template.allResourcesProperties('AWS::CloudWatch::Alarm', { ActionsEnabled: false });
  });
});

describe('the revision', () => {
  const revision = (more: (stack: Stack) => Partial<EndpointProps>, stack?: Stack) =>
    synthesized(more, stack).endpoint.revision;
  const usual = revision(() => ({}));

  test('is the same for the same shape, in every account and at every synthesis', () => {
    expect(revision(() => ({}))).toBe(usual);
    expect(revision(() => ({}), anywhere())).toBe(usual);
    expect(revision(() => ({ rollout: { steps: [50], bake: '2 hours', rollBackOn: { p99: '1 second' } } }))).toBe(
      usual,
    );
    expect(revision(() => ({ models: ['artifacts/other'] }))).toBe(usual);
  });

  test.each<[string, (stack: Stack) => Partial<EndpointProps>]>([
    ['the image', () => ({ image: { ...image, digest: 'b' } })],
    ['the machine', () => ({ kind: { kind: 'real-time', machine: 'ml.m5.xlarge' } })],
    ['the replicas', () => ({ replicas: { min: 1, max: 2 } })],
    ['isolation', () => ({ isolation: false })],
    ['the capture', () => ({ kind: { kind: 'real-time', capture: 50 } })],
    ['the kind', () => ({ kind: { kind: 'asynchronous' } })],
    ['guardrails', () => ({ kind: { kind: 'real-time', guardrails: {} } })],
    ['the network', (stack) => ({ network: networkIn(stack) })],
  ])('changes with %s', (_, more) => {
    expect(revision(more)).not.toBe(usual);
  });

  test('of guardrails stays when only a rule of the rollout changes', () => {
    const kind = { kind: 'real-time', guardrails: {} } as const;
    expect(revision(() => ({ kind, rollout: { bake: '10 minutes' } }))).toBe(
      revision(() => ({ kind, rollout: { bake: '20 minutes', rollBackOn: { p99: '1 second' } } })),
    );
  });
});

describe('whoever asks it', () => {
  const json = (endpoint: { invokeStatements(): { toStatementJson(): unknown }[] }, stack: Stack) =>
    stack.resolve(endpoint.invokeStatements().map((statement) => statement.toStatementJson())) as unknown;
  const arn = (name: string) => ({
    'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:sagemaker:eu-west-1:111122223333:endpoint/${name}`]],
  });

  test('may ask exactly this endpoint', () => {
    const { endpoint, stack } = synthesized(() => ({}));
    expect(json(endpoint, stack)).toEqual([
      { Sid: 'Invoke', Effect: 'Allow', Action: 'sagemaker:InvokeEndpoint', Resource: arn('shop-online') },
    ]);
    const existing = Endpoint.fromExisting(stack, 'Existing', { endpointName: 'Theirs' });
    expect(json(existing, stack)).toEqual([
      { Sid: 'Invoke', Effect: 'Allow', Action: 'sagemaker:InvokeEndpoint', Resource: arn('theirs') },
    ]);
  });

  test('asks asynchronously through the bucket', () => {
    const { endpoint, stack } = synthesized(() => ({ kind: { kind: 'asynchronous' } }));
    const statements = json(endpoint, stack) as { Sid: string }[];
    expect(statements[0]).toEqual({
      Sid: 'Invoke',
      Effect: 'Allow',
      Action: 'sagemaker:InvokeEndpointAsync',
      Resource: arn('shop-online'),
    });
    const text = JSON.stringify(statements);
    expect(statements.map(({ Sid }) => Sid)).toEqual([
      'Invoke',
      'WriteObjects',
      'Encrypt',
      'ReadObjects',
      'ListObjects',
      'Decrypt',
    ]);
    for (const folder of ['requests', 'answers', 'failures']) expect(text).toContain(`responses/online/${folder}/*`);
  });
});

test('an endpoint that exists is known by what its owner says', () => {
  const stack = newStack();
  const captures = {
    bucket: s3.Bucket.fromBucketName(stack, 'Captured', 'captured'),
    folder: 'theirs',
    key: kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/k'),
  };
  const plain = Endpoint.fromExisting(stack, 'Plain', { endpointName: 'theirs' });
  expect(plain).toMatchObject({
    endpointName: 'theirs',
    endpoint: 'theirs',
    kind: 'real-time',
    slots: ['AllTraffic'],
    captures: false,
    exists: 'when deployed',
  });
  const told = { endpointName: 'theirs', endpoint: 'online', kind: 'serverless', variantName: 'v', captures } as const;
  expect(Endpoint.fromExisting(stack, 'Told', told)).toMatchObject({
    endpoint: 'online',
    kind: 'serverless',
    slots: ['v'],
    captures,
  });
});

describe('refuses', () => {
  const found = (more: Partial<EndpointProps>) => problemsOf(() => synthesized(() => more));

  test.each(['-shop', 'shop_online', 'shop-', 's'.repeat(64)])('the name %s', (name) => {
    expect(found({ name })).toEqual([
      {
        path: 'name',
        got: expect.stringContaining(name.slice(0, 20)) as string,
        expected: 'letters, digits and single hyphens between them; at most 63',
        fix: 'rename it',
      },
    ]);
  });

  test.each([
    { min: 1, max: 0 },
    { min: 2, max: 1 },
    { min: 1.5, max: 2 },
  ])('the replicas %p', (replicas) => {
    expect(found({ replicas })).toEqual([
      {
        path: 'replicas',
        got: JSON.stringify(replicas),
        expected: 'whole numbers, max at least 1 and at least min',
        fix: 'write { min: 1, max: 1 }',
      },
    ]);
  });

  test('neither models nor a version', () => {
    expect(found({ models: [] })).toEqual([
      {
        path: 'models',
        got: 'nothing',
        expected: 'the folders of the bucket that models are read from',
        fix: "write ['artifacts/PIPELINE'], or give a version",
      },
    ]);
  });

  test.each(['/artifacts/a', 'artifacts/a/', 's3://bucket/a'])('the artifact %s', (artifact) => {
    expect(found({ version: { name: 'V 3', artifact } })).toEqual([
      {
        path: 'version.name',
        got: 'the name "V 3"',
        expected: 'lower-case letters, digits and hyphens, beginning with a letter; at most 30',
        fix: 'rename it',
      },
      {
        path: 'version.artifact',
        got: JSON.stringify(artifact),
        expected: 'a path in the bucket, with a slash neither at its beginning nor at its end',
        fix: "write it like 'artifacts/training/train-1/select/model'",
      },
    ]);
  });

  test('a folder for a serverless endpoint, and isolation that was asked for', () => {
    const kind = { kind: 'serverless' } as const;
    expect(found({ version, kind, isolation: true, replicas: { min: 0, max: 1 } })).toEqual([
      expect.objectContaining({ path: 'kind', got: 'isolation true' }),
      expect.objectContaining({ path: 'kind', got: '"artifacts/training/train-3/select/model"' }),
    ]);
  });

  test.each(['90 seconds', '0 minutes', '8 days'] as const)('to look back over %s', (healthWindow) => {
    expect(found({ healthWindow })).toEqual([
      {
        path: 'healthWindow',
        got: JSON.stringify(healthWindow),
        expected: 'whole minutes, at most 7 days: CloudWatch looks no further back',
        fix: "write '5 minutes', or '1 day' where there are few requests",
      },
    ]);
  });

  test('what its kind cannot do, all at once', () => {
    expect(found({ kind: { kind: 'real-time', machine: 'large', capture: 200 } }).map(({ path }) => path)).toEqual([
      'kind.machine',
      'kind.capture',
    ]);
  });
});
