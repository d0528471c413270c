/** What makes the loop look: a tick, and everything that may have changed the world. No event's contents are read. */
import { Stack } from 'aws-cdk-lib/core';
import * as events from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { layout } from '../spec/layout';
import { TICK } from './gauges';
import { pipelinesOf, type RetrainLoopProps } from './loop-props';

/** https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html */
export function wakeUps(scope: Construct, props: RetrainLoopProps, looks: lambda.IFunction): void {
  const target = new LambdaFunction(looks, { event: events.RuleTargetInput.fromObject({ look: 'now' }) });
  const rule = (id: string, description: string, eventPattern: events.EventPattern) =>
    new events.Rule(scope, id, { description, eventPattern, targets: [target] });
  const { spec, endpoint, storage, registry, served, monitors, retrainOn = {} } = props;
  const { dataset } = spec.pipelines[spec.endpoints[endpoint]!.model]!;

  new events.Rule(scope, 'Tick', {
    description: 'Looks again, whatever was lost',
    schedule: events.Schedule.rate(TICK),
    targets: [target],
  });
  const alarms = Object.entries({ ...mapped(monitors, ({ alarm }) => alarm), ...retrainOn });
  for (const [name, alarm] of alarms)
    rule(`OnAlarm${pascal(name)}`, `The alarm of ${name} rings, or is over`, {
      source: ['aws.cloudwatch'],
      detailType: ['CloudWatch Alarm State Change'],
      detail: { alarmName: [alarm.alarmName] },
    });
  rule('OnRun', 'A run ended', {
    source: ['aws.sagemaker'],
    detailType: ['SageMaker Model Building Pipeline Execution Status Change'],
    detail: {
      pipelineArn: pipelinesOf(props).map(({ arn }) => arn),
      currentPipelineExecutionStatus: ['Succeeded', 'Failed', 'Stopped'],
    },
  });
  rule('OnVersion', 'A version was registered, approved or rejected', {
    source: ['aws.sagemaker'],
    detailType: ['SageMaker Model Package State Change'],
    detail: { ModelPackageGroupName: [registry.groupName] },
  });
  rule('OnEndpoint', 'The endpoint changed', {
    source: ['aws.sagemaker'],
    detailType: ['SageMaker Endpoint State Change', 'SageMaker Endpoint Deployment State Change'],
    detail: { EndpointName: [served.endpointName] },
  });
  rule('OnDeployed', 'This stack was deployed', {
    source: ['aws.cloudformation'],
    detailType: ['CloudFormation Stack Status Change'],
    detail: {
      'stack-id': [Stack.of(scope).stackId],
      'status-details': { status: ['CREATE_COMPLETE', 'UPDATE_COMPLETE'] },
    },
  });
  rule('OnObject', 'New rows, new labels, or somebody asked for something', {
    source: ['aws.s3'],
    detailType: ['Object Created'],
    detail: {
      bucket: { name: [storage.bucket.bucketName] },
      object: {
        key: [
          ...[layout.data(dataset), layout.labels(dataset), layout.requests(endpoint)].map((folder) => `${folder}/`),
          layout.switch(endpoint),
        ].map((prefix) => ({ prefix })),
      },
    },
  });
}

const mapped = <T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));

/** Construct ids are part of the contract: a name of the spec in them stays readable. */
const pascal = (name: string): string =>
  name.replace(/(?:^|-)([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase());
