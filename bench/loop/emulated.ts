/**
 * Systems on the emulators of test/emulators, each with one endpoint on which a version serves and is live, which is what a loop
 * sees at most of its looks; and the loop's function of each, as it is deployed.
 */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import { PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { CreateFunctionCommand, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { CreateModelPackageGroupCommand, CreatePipelineCommand } from '@aws-sdk/client-sagemaker';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateTopicCommand } from '@aws-sdk/client-sns';
import { assemble } from '../../constructs/aws/assemble.runtime';
import { bundle } from '../../constructs/packaging/bundle';
import type { LoopSettings } from '../../constructs/aws/settings';
import { resolve } from '../../constructs/spec/resolve';
import { installEmulators } from '../../scripts/emulators';
import { REAL_TIME, settingsOf } from '../../test/aws/runtime/endpoint-stage';
import { manifest, shop } from '../../test/aws/runtime/shop';
import { clientsOf, sagemakerClient, type Clients } from '../../test/emulators/clients';
import { ACCOUNT, REGION } from '../../test/emulators/emulators';
import { invoke, logLines, writeObject } from '../../test/emulators/environment';
import { HOUR, MINUTE } from '../../test/emulators/story-clock';
import { until } from '../../test/emulators/waiting';
import { World } from '../../test/emulators/world';

const spec = resolve(shop);
const ENDPOINT = 'online';
const DAYS = 20;
/** As the SDK does it by itself: a connection that nobody used for a while may be closed while it is taken. */
const ATTEMPTS = 3;
/** Minutes from one look to the next: the version is registered and served, baked, and at rest. */
const HISTORY = [5, 5, 75, 5] as const;

export class Emulated {
  private readonly clients: Clients;
  private readonly systems: LoopSettings[] = [];
  private ticks = 0;

  /** Of the loops as long as they bring a version to where it is live; the functions have the real time, which is later. */
  private now = Date.now() - HISTORY.reduce((sum, minutes) => sum + minutes * MINUTE, 0);

  private constructor(private readonly world: World) {
    this.clients = clientsOf(world.ministack.endpoint, ATTEMPTS);
  }

  static async start(): Promise<Emulated> {
    return new Emulated(await World.start());
  }

  stop(): Promise<void> {
    return this.world.stop();
  }

  /** Makes so many systems, and lets the loop of each bring its first version to where it is live. */
  async fill(count: number): Promise<void> {
    for (let i = 1; i <= count; i += 1) this.systems.push(await this.provide(`shop-${i}`));
    const hosts = this.systems.map((settings) => this.host(settings));
    const look = async () => {
      for (const { run } of hosts) await run();
    };
    await look();
    for (const settings of this.systems) await this.train(settings);
    for (const minutes of HISTORY) {
      this.now += minutes * MINUTE;
      await look();
    }
    for (const { log } of hosts) expectSteady(log.at(-1));
  }

  /** The function of each system, from one archive: they differ by their settings only. */
  async deploy(): Promise<void> {
    const ZipFile = await archive();
    for (const settings of this.systems)
      await this.clients.functions.send(
        new CreateFunctionCommand({
          FunctionName: settings.system,
          Runtime: 'nodejs22.x',
          Handler: 'index.handler',
          Role: `arn:aws:iam::${ACCOUNT}:role/loop`,
          Timeout: 120,
          MemorySize: 256,
          Code: { ZipFile },
          Environment: { Variables: variablesOf(settings) },
        }),
      );
  }

  /** A function that was changed starts anew. */
  async cool(): Promise<void> {
    for (const settings of this.systems)
      await this.clients.functions.send(
        new UpdateFunctionConfigurationCommand({
          FunctionName: settings.system,
          Environment: { Variables: { ...variablesOf(settings), COOLED: String(Math.random()) } },
        }),
      );
  }

  /** What EventBridge does at a tick, one after the other or all at once. */
  async tick(how: 'in turn' | 'at once'): Promise<void> {
    this.ticks += 1;
    const looks = this.systems.map(
      ({ system }) =>
        () =>
          invoke(this.clients, system, { look: 'now' }),
    );
    if (how === 'at once') await Promise.all(looks.map((look) => look()));
    else for (const look of looks) await look();
  }

  /** Throws where a loop did not look at each tick so far, or saw or did anything at the last. */
  async check(): Promise<void> {
    for (const { system } of this.systems) {
      const lines = await until(`the looks of ${system}`, async () => {
        const all = await logLines(this.clients, `/aws/lambda/${system}`);
        const looks = all.filter((line) => line.startsWith('{"endpoint"'));
        return looks.length >= this.ticks && looks;
      });
      if (lines.length > this.ticks) throw new Error(`${system} looked ${lines.length} times at ${this.ticks} ticks`);
      expectSteady(lines.at(-1));
    }
  }

  /** All that a deployment of the stack would have made. */
  private async provide(system: string): Promise<LoopSettings> {
    const sagemaker = sagemakerClient(this.world.router.endpoint, ATTEMPTS);
    const { clients } = this;
    const monitors = { inputs: `${system}-online-inputs`, quality: `${system}-online-quality` };
    const pipelines = { training: `${system}-training`, monitors, trial: `${system}-online-trial` };
    const alarms = { inputs: `${monitors.inputs}-degraded`, quality: `${monitors.quality}-degraded` };
    await clients.objects.send(new CreateBucketCommand({ Bucket: system }));
    const { TopicArn } = await clients.topics.send(new CreateTopicCommand({ Name: system }));
    const RoleArn = `arn:aws:iam::${ACCOUNT}:role/pipeline`;
    for (const PipelineName of [pipelines.training, ...Object.values(monitors), pipelines.trial])
      await sagemaker.send(
        new CreatePipelineCommand({
          PipelineName,
          RoleArn,
          PipelineDefinition: '{}',
          ClientRequestToken: PipelineName.padEnd(32, '0'),
        }),
      );
    await sagemaker.send(new CreateModelPackageGroupCommand({ ModelPackageGroupName: pipelines.training }));
    for (const [monitor, AlarmName] of Object.entries(alarms))
      await clients.alarms.send(
        new PutMetricAlarmCommand({
          AlarmName,
          Namespace: 'MlopsConstructs',
          MetricName: 'Degraded',
          Dimensions: [
            { Name: 'System', Value: system },
            { Name: 'Endpoint', Value: ENDPOINT },
            { Name: 'Monitor', Value: monitor },
          ],
          Statistic: 'Maximum',
          Period: 300,
          EvaluationPeriods: 1,
          Threshold: 0.5,
          ComparisonOperator: 'GreaterThanThreshold',
          TreatMissingData: 'notBreaching',
        }),
      );
    const rows = Array.from({ length: DAYS * 24 }, (_, i) =>
      JSON.stringify({ when: new Date(this.now - i * HOUR).toISOString(), order: i, price: 1, sold: 1 }),
    );
    await writeObject(clients, system, 'data/sales/rows.jsonl', `${rows.join('\n')}\n`);
    await writeObject(clients, system, `loop/${ENDPOINT}/release.json`, JSON.stringify({ deployment: 'd1' }));
    return settingsOf(REAL_TIME, {
      ...{
        system,
        pipelines,
        alarms,
        bucket: system,
        endpointName: `${system}-online`,
        packageGroup: pipelines.training,
      },
      topic: TopicArn!,
    });
  }

  /** The first training, as far as its jobs are concerned. */
  private async train({ bucket, pipelines }: LoopSettings): Promise<void> {
    const { executions } = this.world.router;
    const { arn, parameters } = executions.list('Executing').find(({ pipeline }) => pipeline === pipelines.training)!;
    const prefix = parameters['Output']!.replace(`s3://${bucket}/`, '');
    const files = {
      'decision/decision.json': { decision: 'register', why: 'it is better' },
      'decision/metrics.json': {},
      'model/model.json': manifest,
      'model/reference.json': {},
    };
    for (const [file, content] of Object.entries(files))
      await writeObject(this.clients, bucket, `${prefix}/select/job-1/output/model/${file}`, JSON.stringify(content));
    executions.end(arn, 'Succeeded');
  }

  private host(settings: LoopSettings) {
    const { alarms, objects, topics } = this.clients;
    const { router, scaling, ministack } = this.world;
    const own = { region: REGION, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
    const log: string[] = [];
    const host = assemble({
      settings,
      spec,
      clients: {
        ...{ s3: objects, cloudwatch: alarms, sns: topics },
        sagemaker: sagemakerClient(router.endpoint, ATTEMPTS),
        scaling: new ApplicationAutoScalingClient({ ...own, endpoint: scaling.endpoint }),
        secrets: new SecretsManagerClient({ ...own, endpoint: ministack.endpoint }),
      },
      clock: () => this.now,
      log: (line) => log.push(line),
    });
    return { log, run: () => host.run(() => 120_000) };
  }
}

const variablesOf = (settings: LoopSettings) => ({ MLOPS_SETTINGS: JSON.stringify(settings) });

/** One version serves all, and there is nothing to do. */
function expectSteady(line: string | undefined): void {
  const { deployments, did, changing } = JSON.parse(line ?? '{}') as {
    readonly deployments?: readonly string[];
    readonly did?: readonly string[];
    readonly changing?: boolean;
  };
  const isSteady =
    deployments?.length === 1 && /^v1-\w+ ready 100 %$/.test(deployments[0]!) && did?.length === 0 && !changing;
  if (!isSteady) throw new Error(`not one version at 100 % and nothing to do: ${line ?? 'it did not look'}`);
}

/** Of the bundle and the spec beside it. */
async function archive(): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), 'mlops-bench-'));
  try {
    copyFileSync(join(bundle('aws-loop'), 'index.js'), join(folder, 'index.js'));
    writeFileSync(join(folder, 'spec.json'), JSON.stringify(spec));
    const { python } = await installEmulators(() => undefined);
    await promisify(execFile)(python, ['-m', 'zipfile', '-c', 'loop.zip', 'index.js', 'spec.json'], { cwd: folder });
    return readFileSync(join(folder, 'loop.zip'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
