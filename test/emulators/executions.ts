/** Runs of pipelines that take their time: moto's have succeeded before the answer is there, ours end when a test says so. */
import { refuse, type Answer, type Ask, type Fill } from './fill';

type Status = 'Executing' | 'Stopped' | 'Succeeded' | 'Failed';

interface Execution {
  readonly arn: string;
  readonly pipeline: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly status: Status;
  readonly failure?: string;
}

const BY_ARN = 'PipelineExecutionArn';

export class Executions {
  private readonly known = new Map<string, Execution>();
  private readonly tokens = new Map<string, string>();

  /** In the order in which they were started. */
  list(status?: Status): readonly Execution[] {
    return [...this.known.values()].filter((one) => status === undefined || one.status === status);
  }

  /** Ends a run, as its jobs would: whatever they would have written must lie in the bucket by now. */
  end(arn: string, status: 'Succeeded' | 'Failed', failure?: string): void {
    const execution = this.known.get(arn);
    if (execution?.status !== 'Executing')
      throw new Error(`${arn} is ${execution?.status ?? 'unknown'}, not executing`);
    this.known.set(arn, { ...execution, status, ...(failure !== undefined && { failure }) });
  }

  readonly fills: readonly Fill[] = [
    {
      operations: ['StartPipelineExecution'],
      lack: 'moto starts a second run for the same client request token',
      answer: (ask, operation, body) => this.start(ask, operation, body),
    },
    {
      operations: ['DescribePipelineExecution', 'ListPipelineExecutions'],
      lack: 'runs succeed on moto before they were started, and it lists them in no order',
      answer: async (ask, operation, body) => this.shown(await ask(operation, body), body),
    },
    {
      operations: ['StopPipelineExecution', 'RetryPipelineExecution'],
      lack: 'moto neither stops a run nor tries it again',
      answer: async (_ask, operation, body) => {
        const execution = this.known.get(String(body[BY_ARN]));
        if (!execution) return refuse(`Pipeline execution ${String(body[BY_ARN])} does not exist.`);
        const stops = operation.startsWith('Stop');
        if (stops !== (execution.status === 'Executing')) return refuse(`The execution is ${execution.status}.`);
        this.known.set(execution.arn, { ...execution, status: stops ? 'Stopped' : 'Executing' });
        return { status: 200, body: { [BY_ARN]: execution.arn } };
      },
    },
    {
      operations: ['ListPipelineExecutionSteps'],
      lack: 'moto knows no steps of a run',
      answer: async (_ask, _operation, body) => ({ status: 200, body: { PipelineExecutionSteps: this.steps(body) } }),
    },
  ];

  private async start(ask: Ask, operation: string, body: Readonly<Record<string, unknown>>): Promise<Answer> {
    const pipeline = String(body['PipelineName']);
    const token = `${pipeline} ${String(body['ClientRequestToken'])}`;
    const before = this.tokens.get(token);
    if (before !== undefined) return { status: 200, body: { [BY_ARN]: before } };
    const answer = await ask(operation, body);
    if (answer.status !== 200) return answer;
    const arn = String(answer.body[BY_ARN]);
    const given = (body['PipelineParameters'] ?? []) as readonly { readonly Name: string; readonly Value: string }[];
    const parameters = Object.fromEntries(given.map(({ Name, Value }) => [Name, Value]));
    this.known.set(arn, { arn, pipeline, parameters, status: 'Executing' });
    this.tokens.set(token, arn);
    return answer;
  }

  private shown(answer: Answer, body: Readonly<Record<string, unknown>>): Answer {
    if (answer.status !== 200) return answer;
    const { PipelineExecutionSummaries: listed } = answer.body;
    if (!Array.isArray(listed)) return { ...answer, body: this.withStatus(answer.body, 'FailureReason') };
    const downwards = body['SortOrder'] === 'Ascending' ? 1 : -1;
    const summaries = (listed as Readonly<Record<string, unknown>>[])
      .sort((a, b) => downwards * (Number(a['StartTime']) - Number(b['StartTime'])))
      .map((summary) => this.withStatus(summary, 'PipelineExecutionFailureReason'));
    return { ...answer, body: { ...answer.body, PipelineExecutionSummaries: summaries } };
  }

  private withStatus(shown: Readonly<Record<string, unknown>>, reason: string): Readonly<Record<string, unknown>> {
    const rest = Object.fromEntries(Object.entries(shown).filter(([name]) => name !== reason));
    const { status, failure } = this.known.get(String(shown[BY_ARN])) ?? { status: shown['PipelineExecutionStatus'] };
    return { ...rest, PipelineExecutionStatus: status, ...(failure !== undefined && { [reason]: failure }) };
  }

  /** One, where the run failed: it says why. */
  private steps(body: Readonly<Record<string, unknown>>): readonly object[] {
    const { status, failure } = this.known.get(String(body[BY_ARN])) ?? {};
    return status === 'Failed' ? [{ StepName: 'prepare', StepStatus: 'Failed', FailureReason: failure }] : [];
  }
}
