/**
 * The custom resource `Teardown`: when the stack goes, it stops runs and removes what the loop made, while the roles that this needs
 * are still there. Versions, data and reports are kept.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ApplicationAutoScalingClient,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
} from '@aws-sdk/client-application-auto-scaling';
import { CloudWatchClient, DeleteAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  ListPipelineExecutionsCommand,
  SageMakerClient,
  StopPipelineExecutionCommand,
} from '@aws-sdk/client-sagemaker';
import { Refused } from '../../runtime/loop/platform';
import { unlessAbsent } from './absent.runtime';
import { answering, type Handle } from './answer.runtime';
import { Hosting } from './hosting.runtime';
import { isConfigName, releaseNamed, wakeUpName } from './release-names';

export interface TeardownProperties {
  readonly EndpointName: string;
  /** Names of SageMaker pipelines. */
  readonly Pipelines: readonly string[];
}

export interface TeardownParts {
  readonly sagemaker: SageMakerClient;
  readonly scaling: ApplicationAutoScalingClient;
  readonly cloudwatch: CloudWatchClient;
  readonly clock: () => number;
  /** Between two rounds, in milliseconds. */
  readonly poll: number;
}

/** Lambda's 15 minutes, less what a round and the answer may take. */
const LONGEST_MS = 13 * 60_000;

/**
 * Round after round, until one finds nothing: an endpoint that is changing can only be deleted when it has changed, and a loop that
 * was looking while the deletion began may have started one more thing.
 */
export function teardown(parts: TeardownParts): Handle<TeardownProperties> {
  const { sagemaker, clock, poll } = parts;
  return async ({ RequestType, ResourceProperties: { EndpointName, Pipelines } }, signal) => {
    if (RequestType !== 'Delete') return;
    const hosting = new Hosting(sagemaker, EndpointName);
    const until = clock() + LONGEST_MS;
    for (;;) {
      const left = [
        ...(await stopRuns(sagemaker, Pipelines)),
        ...(await removeEndpoint(hosting, parts)),
        ...(await removeReleases(hosting)),
      ];
      if (left.length === 0) break;
      console.log(JSON.stringify({ endpoint: EndpointName, left }));
      if (clock() > until) throw new Error(`still there: ${left.join(', ')}; delete the stack again`);
      await sleep(poll, undefined, { signal });
    }
    console.log(
      JSON.stringify({ endpoint: EndpointName, kept: 'versions in the registry, and all that is in the bucket' }),
    );
  };
}

export const handler = answering(
  teardown({
    sagemaker: new SageMakerClient({}),
    scaling: new ApplicationAutoScalingClient({}),
    cloudwatch: new CloudWatchClient({}),
    clock: Date.now,
    poll: 10_000,
  }),
);

/** Those that are still in flight, which are among the newest: SageMaker deletes no pipeline that runs. */
async function stopRuns(sagemaker: SageMakerClient, pipelines: readonly string[]): Promise<string[]> {
  const left: string[] = [];
  for (const PipelineName of pipelines) {
    let next: string | undefined;
    do {
      const page = await unlessAbsent(
        sagemaker.send(
          new ListPipelineExecutionsCommand({
            PipelineName,
            SortBy: 'CreationTime',
            SortOrder: 'Descending',
            MaxResults: 100,
            NextToken: next,
          }),
        ),
      );
      const runs = page?.PipelineExecutionSummaries ?? [];
      const executing = runs.filter(({ PipelineExecutionStatus: status }) => status === 'Executing');
      const stopping = runs.filter(({ PipelineExecutionStatus: status }) => status === 'Stopping');
      for (const { PipelineExecutionArn } of executing) await stop(sagemaker, PipelineExecutionArn!);
      left.push(...[...executing, ...stopping].map(({ PipelineExecutionArn }) => PipelineExecutionArn!));
      next = executing.length + stopping.length > 0 ? page?.NextToken : undefined;
    } while (next);
  }
  return left;
}

/** One that ended meanwhile cannot be stopped, and need not be. */
async function stop(sagemaker: SageMakerClient, arn: string): Promise<void> {
  try {
    // The token is any text of 32 characters and more; the same one for the same run.
    const token = `teardown-of-${arn.split('/').at(-1)!}`.padEnd(32, '-');
    await sagemaker.send(new StopPipelineExecutionCommand({ PipelineExecutionArn: arn, ClientRequestToken: token }));
  } catch (error) {
    const { name } = error as Error;
    if (name !== 'ConflictException' && name !== 'ValidationException') throw error;
  }
}

async function removeEndpoint(hosting: Hosting, { scaling, cloudwatch }: TeardownParts): Promise<string[]> {
  const { endpointName } = hosting;
  const endpoint = await hosting.describe();
  // One that somebody else made, and the loop has not touched yet, stays theirs.
  if (!endpoint || !isOurs(endpointName, endpoint.EndpointConfigName ?? '')) return [];
  const what = `the endpoint ${endpointName}, which is ${endpoint.EndpointStatus}`;
  if (endpoint.EndpointStatus === 'Deleting') return [what];
  const variants = (endpoint.ProductionVariants ?? []).map(({ VariantName }) => VariantName!);
  await releaseTargets(
    scaling,
    variants.map((variant) => `endpoint/${endpointName}/variant/${variant}`),
  );
  if (endpoint.AsyncInferenceConfig)
    await unlessAbsent(cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: [wakeUpName(endpointName)] })));
  try {
    await hosting.delete();
  } catch (error) {
    // It is changing: a round later it may have changed.
    if (!(error instanceof Refused)) throw error;
  }
  return [what];
}

async function releaseTargets(scaling: ApplicationAutoScalingClient, resources: readonly string[]): Promise<void> {
  if (resources.length === 0) return;
  const { ScalableTargets = [] } = await scaling.send(
    new DescribeScalableTargetsCommand({ ServiceNamespace: 'sagemaker', ResourceIds: [...resources] }),
  );
  for (const { ServiceNamespace, ResourceId, ScalableDimension } of ScalableTargets)
    await scaling.send(new DeregisterScalableTargetCommand({ ServiceNamespace, ResourceId, ScalableDimension }));
}

const isOurs = (endpointName: string, config: string): boolean =>
  isConfigName(endpointName, config) || releaseNamed(endpointName, config) !== undefined;

/** Not while the endpoint uses one of them: SageMaker needs to see its configuration. */
async function removeReleases(hosting: Hosting): Promise<string[]> {
  const { endpointName } = hosting;
  const endpoint = await hosting.describe();
  if (endpoint && isOurs(endpointName, endpoint.EndpointConfigName ?? '')) return [];
  const configs = (await hosting.configNames()).filter((name) => isOurs(endpointName, name));
  for (const name of configs) await hosting.deleteConfig(name);
  const models = (await hosting.modelNames()).filter((name) => releaseNamed(endpointName, name));
  for (const name of models) await hosting.deleteModel(name);
  return [...configs, ...models];
}
