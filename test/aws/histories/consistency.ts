/**
 * Reads that are behind: lists of SageMaker, and the description of an endpoint, as they were up to a minute ago, each time another
 * while. S3, CloudWatch and Application Auto Scaling are read as they are.
 */
import type { Time } from '../../../runtime/loop/platform';
import type { Answer } from '../runtime/fake-http';
import type { World } from './world';

type Entry = Readonly<Record<string, unknown>>;

export class Consistency {
  private readonly described: { readonly at: Time; readonly answer: Answer }[] = [];
  /** When configurations and models came to be, by name. */
  private readonly born = new Map<string, Time>();

  constructor(private readonly world: World) {}

  /** Before and after every request, and when time has passed. */
  note(describe: () => Answer): void {
    const { world } = this;
    if (world.given.lag) {
      const answer = describe();
      if (this.described.at(-1)?.answer.body !== answer.body) this.described.push({ at: world.now, answer });
    }
    for (const name of [...world.endpoints.configs.keys(), ...world.endpoints.models.keys()])
      if (!this.born.has(name)) this.born.set(name, world.now);
  }

  asSeen(call: string, answer: Answer): Answer {
    const { world } = this;
    if (world.lag === 0 || answer.status !== 200) return answer;
    // DescribeEndpoint is settled within the minute that the adapter allows for.
    const then = world.now - world.random() * (call === 'DescribeEndpoint' ? Math.min(world.lag, 45_000) : world.lag);
    switch (call) {
      case 'DescribeEndpoint':
        return this.described.findLast(({ at }) => at <= then)?.answer ?? answer;
      case 'ListPipelineExecutions':
        return changed(answer, 'PipelineExecutionSummaries', (run) => this.run(run, then));
      case 'ListModelPackages':
        return changed(answer, 'ModelPackageSummaryList', (one) =>
          isOld(one['CreationTime'], then) ? one : undefined,
        );
      case 'ListEndpointConfigs':
        return changed(answer, 'EndpointConfigs', (one) => this.named(one['EndpointConfigName'], one, then));
      case 'ListModels':
        return changed(answer, 'Models', (one) => this.named(one['ModelName'], one, then));
      default:
        return answer;
    }
  }

  private run(run: Entry, then: Time): Entry | undefined {
    const statuses = this.world.jobs.statuses.get(run['PipelineExecutionArn'] as string);
    const status = statuses?.findLast(({ at }) => at <= then)?.status;
    return isOld(run['StartTime'], then) && status !== undefined
      ? { ...run, PipelineExecutionStatus: status }
      : undefined;
  }

  private named(name: unknown, entry: Entry, then: Time): Entry | undefined {
    return (this.born.get(name as string) ?? 0) <= then ? entry : undefined;
  }
}

const isOld = (seconds: unknown, then: Time): boolean => (seconds as number) * 1000 <= then;

function changed(answer: Answer, name: string, change: (entry: Entry) => Entry | undefined): Answer {
  const body = JSON.parse(String(answer.body)) as Readonly<Record<string, readonly Entry[]>>;
  return { ...answer, body: JSON.stringify({ ...body, [name]: body[name]!.flatMap((entry) => change(entry) ?? []) }) };
}
