/** What a story of the deployed loop needs of its world: to wake it, to ring, to send what it hears, and to wait for what it does. */
import {
  DescribeAlarmsCommand,
  PutMetricDataCommand,
  SetAlarmStateCommand,
  type MetricAlarm,
  type StateValue,
} from '@aws-sdk/client-cloudwatch';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { callJson, type Clients } from './clients';

/** What a function answered. Throws what it threw. */
export async function invoke(clients: Clients, FunctionName: string, event: object): Promise<unknown> {
  const command = new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(event)), LogType: 'Tail' });
  const { FunctionError, Payload, LogResult } = await clients.functions.send(command);
  const said = Buffer.from(Payload ?? []).toString();
  if (FunctionError === undefined) return said ? (JSON.parse(said) as unknown) : undefined;
  const log = Buffer.from(LogResult ?? '', 'base64').toString();
  throw new Error(`${FunctionName} failed (${FunctionError}): ${said}\n${log}`);
}

export interface Event {
  /** Such as `aws.sagemaker`. */
  readonly source: string;
  /** Such as `SageMaker Model Package State Change`. */
  readonly type: string;
  readonly detail: object;
}

/** As AWS's services send them. Throws where one is not taken. */
export async function putEvents(clients: Clients, ...events: readonly Event[]): Promise<void> {
  const Entries = events.map(({ source, type, detail }) => ({
    Source: source,
    DetailType: type,
    Detail: JSON.stringify(detail),
  }));
  const { FailedEntryCount, Entries: taken } = await clients.events.send(new PutEventsCommand({ Entries }));
  if (FailedEntryCount) throw new Error(`events were not taken: ${JSON.stringify(taken)}`);
}

/** Rings, or is quiet again, until its metric says otherwise. */
export async function setAlarm(clients: Clients, AlarmName: string, StateValue: StateValue): Promise<void> {
  await clients.alarms.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: 'as the story has it' }));
}

/** A datum of the metric that an alarm looks at. */
export async function publish({ alarms }: Clients, alarmName: string, Value: number): Promise<void> {
  const { Namespace, MetricName, Dimensions } = await alarmOf(alarms, alarmName);
  await alarms.send(new PutMetricDataCommand({ Namespace, MetricData: [{ MetricName, Dimensions, Value }] }));
}

export async function stateOf({ alarms }: Clients, alarmName: string): Promise<StateValue | undefined> {
  return (await alarmOf(alarms, alarmName)).StateValue;
}

async function alarmOf(alarms: Clients['alarms'], name: string): Promise<MetricAlarm> {
  const { MetricAlarms } = await alarms.send(new DescribeAlarmsCommand({ AlarmNames: [name] }));
  if (!MetricAlarms?.[0]) throw new Error(`there is no alarm ${name}`);
  return MetricAlarms[0];
}

export async function readObject(clients: Clients, Bucket: string, Key: string): Promise<Buffer> {
  const { Body } = await clients.objects.send(new GetObjectCommand({ Bucket, Key }));
  return Buffer.from(await Body!.transformToByteArray());
}

/** Undefined where there is none. */
export async function readJson<T>(clients: Clients, bucket: string, key: string): Promise<T | undefined> {
  try {
    return JSON.parse((await readObject(clients, bucket, key)).toString()) as T;
  } catch (error) {
    if ((error as Error).name === 'NoSuchKey') return undefined;
    throw error;
  }
}

export async function writeObject(
  clients: Clients,
  Bucket: string,
  Key: string,
  Body: string | Uint8Array,
): Promise<void> {
  await clients.objects.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.from(Body) }));
}

export async function keys(clients: Clients, Bucket: string, Prefix = ''): Promise<readonly string[]> {
  const found: string[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await clients.objects.send(new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken }));
    found.push(...(page.Contents ?? []).map(({ Key }) => Key!));
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken);
  return found;
}

/** What a function printed, oldest first. */
export async function logLines({ endpoint }: Clients, logGroupName: string): Promise<readonly string[]> {
  const lines: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = (await callJson(endpoint, 'logs', 'Logs_20140328.FilterLogEvents', { logGroupName, nextToken })) as {
      readonly events?: readonly { readonly message: string }[];
      readonly nextToken?: string;
    };
    lines.push(...(page.events ?? []).map(({ message }) => message));
    nextToken = page.nextToken;
  } while (nextToken);
  return lines;
}
