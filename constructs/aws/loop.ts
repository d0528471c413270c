/** RetrainLoop: what hosts the loop of one endpoint, what wakes it, and what it may do. */
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { partOf } from '../spec/part';
import { serviceRole } from './access';
import { bundle } from '../packaging/bundle';
import { loopAlarms } from './loop-alarms';
import { loopStatements } from './loop-access';
import { pipelinesOf, type RetrainLoopProps } from './loop-props';
import { Release } from './release';
import type { LoopSettings } from './settings';
import { Teardown } from './teardown';
import { wakeUps } from './wake-ups';

export class RetrainLoop extends Construct {
  readonly function: lambda.Function;
  readonly role: iam.Role;
  /** The loop stands back until it is there: whatever runs may need should come before it. */
  readonly release: Release;
  /** Of the loop itself: failed, not looking, runs that fail. */
  readonly alarms: readonly cloudwatch.Alarm[];

  constructor(scope: Construct, id: string, props: RetrainLoopProps) {
    super(scope, id);
    const { endpoint, prefix, storage, topic, transform = {} } = props;
    const { settings, code } = this.settle(props);
    const failed = new sqs.Queue(this, 'Failed', {
      encryption: sqs.QueueEncryption.KMS,
      encryptionMasterKey: storage.key,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    const logGroup = new logs.LogGroup(this, 'Log', {
      encryptionKey: storage.key,
      retention: logs.RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = serviceRole(
      this,
      'Role',
      'lambda',
      `The loop of ${endpoint}: starts pipelines, registers, deploys`,
      loopStatements(this, props, { failed, logGroup }),
    );
    const teardown = new Teardown(this, 'Teardown', { props, settings, after: [this.role, props.served.serveRole] });
    this.function = this.newFunction(props, settings, code, logGroup);
    new lambda.EventInvokeConfig(this, 'Retries', {
      function: this.function,
      retryAttempts: 2,
      maxEventAge: Duration.hours(1),
      // What it may send is in its role already.
      onFailure: { bind: () => ({ destination: failed.queueArn }) },
    });
    wakeUps(this, props, this.function);
    const monitored = pipelinesOf(props).length > 1;
    this.alarms = loopAlarms(this, { system: prefix, endpoint }, this.function, failed, monitored, {
      topic,
      transform: transform.alarm,
    });
    this.release = new Release(this, 'Release', { storage, endpoint, deployment: settings.deployment });
    // Nothing starts before all that it needs is there.
    this.release.node.addDependency(this.function, ...pipelinesOf(props));
    // Gone before the teardown begins: a loop that still looks would make the endpoint again.
    this.function.node.addDependency(teardown);
  }

  /** The settings with a digest over them, the program and the spec; and a folder with the two. */
  private settle(props: RetrainLoopProps) {
    const folder = mkdtempSync(join(tmpdir(), 'mlops-loop-'));
    const spec = `${JSON.stringify(partOf(props.spec, props.endpoint), null, 2)}\n`;
    cpSync(bundle('aws-loop'), folder, { recursive: true });
    writeFileSync(join(folder, 'spec.json'), spec);
    const settings = settingsOf(props);
    const parts = [readFileSync(join(folder, 'index.js')), spec, JSON.stringify(Stack.of(this).resolve(settings))];
    const hash = parts.reduce((sum, part) => sum.update(part), createHash('sha256'));
    return { settings: { ...settings, deployment: hash.digest('hex').slice(0, 16) }, code: folder };
  }

  private newFunction(
    { transform = {} }: RetrainLoopProps,
    settings: LoopSettings,
    folder: string,
    logGroup: logs.ILogGroup,
  ): lambda.Function {
    const { function: change = (unchanged) => unchanged } = transform;
    const made = new lambda.Function(
      this,
      'Function',
      change({
        description: `Looks at ${settings.endpointName}, decides and acts`,
        runtime: lambda.Runtime.NODEJS_22_X,
        architecture: lambda.Architecture.ARM_64,
        handler: 'index.handler',
        code: lambda.Code.fromAsset(folder),
        memorySize: 512,
        // A look takes seconds. What a platform delays is taken up at the next one.
        timeout: Duration.minutes(2),
        role: this.role,
        logGroup,
        environment: { MLOPS_SETTINGS: Stack.of(this).toJsonString(settings) },
      }),
    );
    // Staged by now: the folder was only a way to put two files into one asset.
    rmSync(folder, { recursive: true });
    return made;
  }
}

function settingsOf(props: RetrainLoopProps): Omit<LoopSettings, 'deployment'> {
  const {
    spec,
    endpoint,
    prefix,
    storage,
    registry,
    training,
    served,
    monitors,
    trial,
    retrainOn = {},
    webhook,
  } = props;
  const { notify } = spec.endpoints[endpoint]!;
  const names = <T>(record: Readonly<Record<string, T>>, nameOf: (value: T) => string) =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [name, nameOf(value)]));
  return {
    system: prefix,
    endpoint,
    endpointName: served.endpointName,
    revision: served.revision,
    code: training.code,
    bucket: storage.bucket.bucketName,
    key: storage.key.keyArn,
    pipelines: {
      training: training.pipeline.name,
      monitors: names(monitors, ({ pipeline }) => pipeline.name),
      trial: trial?.name ?? false,
    },
    packageGroup: registry.groupName,
    image: props.image,
    serveRole: served.serveRole.roleArn,
    serving: served.serving,
    network: served.network,
    alarms: { ...names(monitors, ({ alarm }) => alarm.alarmName), ...names(retrainOn, (alarm) => alarm.alarmName) },
    topic: props.topic.topicArn,
    webhook:
      notify === false
        ? false
        : typeof notify.webhook === 'string'
          ? { url: notify.webhook }
          : webhook
            ? { secret: webhook.secretArn }
            : false,
  };
}
