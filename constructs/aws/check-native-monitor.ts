/** Where Model Monitor cannot be had, and what it does not understand. */
import type { Construct } from 'constructs';
import { checkName, show, when, type Problem } from '../spec/problem';
import { milliseconds } from '../spec/units';
import { checkAnalyzerRegion } from './analyzer';
import { checkMachine } from './machines';
import type { ModelQuality, NativeMonitorProps } from './native-monitor';
import { checkSchedule } from './native-schedule';
import { checkS3Uri } from './s3-uri';

const AVAILABILITY = 'https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-availability-change.html';

export function checkNativeMonitor(scope: Construct, props: NativeMonitorProps): Problem[] {
  const { name, modelMonitor, measures, schedule, preprocessor, machine } = props;
  return [
    ...checkName(name, 'name'),
    // A program in JavaScript, or one that casts, may leave it out.
    ...when((modelMonitor as unknown) !== 'available', {
      path: 'modelMonitor',
      got: show(modelMonitor),
      expected: '"available": since 30 July 2026 AWS offers Model Monitor only to accounts that used it before',
      fix: `use a Monitor, which runs in every account, or say modelMonitor: 'available' where this account is one of them; ${AVAILABILITY}`,
    }),
    ...checkServed(props),
    ...(schedule === undefined ? [] : checkSchedule(schedule, 'schedule')),
    ...(preprocessor === undefined ? [] : checkS3Uri(preprocessor, 'preprocessor')),
    ...(machine === undefined ? [] : checkMachine(machine, 'machine')),
    ...checkS3Uri(measures.constraints, 'measures.constraints'),
    ...(measures.kind === 'data-quality'
      ? checkS3Uri(measures.statistics, 'measures.statistics')
      : checkModelQuality(measures)),
    ...checkAnalyzerRegion(scope),
  ];
}

function checkServed({ endpoint }: NativeMonitorProps): Problem[] {
  return [
    ...when(endpoint.exists !== 'when deployed', {
      path: 'endpoint',
      got: 'an endpoint that the loop makes with its first version',
      expected: 'one that is there when the stack has been deployed: a schedule needs it',
      fix: 'use a Monitor, or an Endpoint with a given version, or Endpoint.fromExisting',
    }),
    ...when(!endpoint.captures, {
      path: 'endpoint',
      got: `${endpoint.kind === 'asynchronous' ? 'an' : 'a'} ${endpoint.kind} endpoint whose requests are not captured`,
      expected: 'one whose requests are captured: only real-time endpoints can do that',
      fix: 'set kind to "real-time" and capture to 100, or say where an existing endpoint captures to; https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture.html',
    }),
  ];
}

function checkModelQuality({ labels, labelsWithin, problem, prediction, probability }: ModelQuality): Problem[] {
  return [
    ...checkS3Uri(labels, 'measures.labels'),
    ...when(milliseconds(labelsWithin) % 3_600_000 !== 0, {
      path: 'measures.labelsWithin',
      got: show(labelsWithin),
      expected: 'whole hours',
      fix: "write '6 hours' or '1 day'",
    }),
    ...when(prediction === undefined && probability === undefined, {
      path: 'measures.prediction',
      got: 'neither a prediction nor a probability',
      expected: 'where in an answer the prediction is',
      fix: "write prediction: '0' for the first column of CSV, or the name of a field of JSON",
    }),
    ...when(problem === 'Regression' && probability !== undefined, {
      path: 'measures.probability',
      got: show(probability),
      expected: 'none: a regression has no probability',
      fix: 'name it prediction, or correct the problem',
    }),
  ];
}
