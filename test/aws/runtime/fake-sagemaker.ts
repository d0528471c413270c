/**
 * SageMaker's pipelines and model packages in memory, as far as the loop uses them. It refuses what the service's API model
 * refuses (lengths and characters), forgets nothing unless told to, and runs nothing: tests say how an execution ended.
 */
import { SageMakerClient, type PipelineExecutionStep } from '@aws-sdk/client-sagemaker';
import { clientOf, textOf, type Answer, type Sent } from './fake-http';

type Input = Readonly<Record<string, unknown>>;

interface Execution {
  readonly arn: string;
  readonly pipeline: string;
  readonly started: number;
  readonly token: string;
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly parameters: Readonly<Record<string, string>>;
  status: string;
  reason?: string;
  steps: readonly PipelineExecutionStep[];
}

interface Package {
  readonly arn: string;
  readonly input: Input;
  readonly created: number;
  readonly token: string;
  approval: string;
  status: string;
  notes: Readonly<Record<string, string>>;
  description?: string;
}

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference: lengths and patterns of what the loop sends. */
const RULES: Readonly<Record<string, RegExp>> = {
  ClientRequestToken: /^.{32,128}$/s,
  PipelineExecutionDisplayName: /^(?=.{1,82}$)[a-zA-Z0-9](-*[a-zA-Z0-9])*$/,
  PipelineExecutionDescription: /^.{0,3072}$/,
  ClientToken: /^[a-zA-Z0-9-]{1,36}$/,
  ModelPackageDescription: /^[\p{L}\p{M}\p{Z}\p{S}\p{N}\p{P}]{0,1024}$/u,
  ApprovalDescription: /^.{0,1024}$/,
};
const NOTE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u;

export class FakeSageMaker {
  readonly client = new SageMakerClient({
    ...clientOf((sent) => this.answer(sent)),
    endpoint: 'https://sagemaker.invalid',
  });
  readonly executions: Execution[] = [];
  readonly packages: Package[] = [];
  now = Date.UTC(2026, 10, 20);
  /** Names of the calls, in order. */
  readonly log: string[] = [];
  /** Descriptions stand in the list, as the documentation has it. */
  describesInLists = true;
  /** Executions that the list does not show yet. */
  unlisted = 0;
  /** Happens before the n-th call of that name from now on. */
  before: readonly [call: string, n: number, act: () => void] | undefined;
  page = 100;
  /** How long a token stands for what was made with it, in milliseconds. */
  remembers = Infinity;
  private made = 0;

  /** Ends an execution. */
  end(name: string, status: string, more: Partial<Pick<Execution, 'reason' | 'steps'>> = {}): Execution {
    const found = this.executions.find((execution) => execution.name === name)!;
    return Object.assign(found, { status, ...more });
  }

  answer({ headers, body }: Sent): Answer {
    const call = headers['x-amz-target']!.slice('SageMaker.'.length);
    const input = JSON.parse(textOf(body)) as Input;
    this.interfere(call);
    this.log.push(call);
    for (const [name, rule] of Object.entries(RULES)) {
      const value = input[name];
      if (value !== undefined && !rule.test(value as string)) return invalid(`Value at '${name}' is not valid`);
    }
    const answer = this.calls[call];
    if (!answer) throw new Error(`the fake has no ${call}`);
    const output = answer(input);
    if ('status' in output) return output as unknown as Answer;
    return { status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: JSON.stringify(output) };
  }

  private interfere(call: string): void {
    if (this.before?.[0] !== call) return;
    const [, n, act] = this.before;
    this.before = n > 1 ? [call, n - 1, act] : undefined;
    if (n === 1) act();
  }

  private readonly calls: Readonly<Record<string, (input: Input) => object>> = {
    StartPipelineExecution: (input) => this.start(input),
    StopPipelineExecution: ({ PipelineExecutionArn: arn }) => {
      const found = this.executions.find((execution) => execution.arn === arn)!;
      if (found.status !== 'Executing') return failure('ConflictException', 'it is not executing');
      found.status = 'Stopping';
      return { PipelineExecutionArn: arn };
    },
    ListPipelineExecutions: (input) => {
      if (!this.executions.some(({ pipeline }) => pipeline === input.PipelineName) && input.PipelineName === 'gone')
        return failure('ResourceNotFound', 'Pipeline does not exist');
      const ours = this.executions.filter(({ pipeline }) => pipeline === input.PipelineName);
      const listed = ours.slice(0, ours.length - this.unlisted).reverse();
      return this.paged(input, listed, 'PipelineExecutionSummaries', (execution) => ({
        PipelineExecutionArn: execution.arn,
        StartTime: execution.started / 1000,
        PipelineExecutionStatus: execution.status,
        PipelineExecutionDisplayName: execution.name,
        ...(this.describesInLists && { PipelineExecutionDescription: execution.description }),
        PipelineExecutionFailureReason: execution.reason,
      }));
    },
    DescribePipelineExecution: ({ PipelineExecutionArn: arn }) => ({
      PipelineExecutionDescription: this.executions.find((execution) => execution.arn === arn)!.description,
    }),
    ListPipelineExecutionSteps: (input) => {
      const { steps } = this.executions.find((execution) => execution.arn === input.PipelineExecutionArn)!;
      return this.paged(input, steps, 'PipelineExecutionSteps', ({ EndTime, ...step }) => ({
        ...step,
        EndTime: EndTime && EndTime.getTime() / 1000,
      }));
    },
    CreateModelPackage: (input) => this.register(input),
    UpdateModelPackage: (input) => this.update(input),
    ListModelPackages: (input) =>
      this.paged(input, this.packages, 'ModelPackageSummaryList', (one) => ({
        ModelPackageArn: one.arn,
        CreationTime: one.created / 1000,
        ModelPackageStatus: one.status,
        ModelApprovalStatus: one.approval,
      })),
    DescribeModelPackage: ({ ModelPackageName: arn }) => {
      const found = this.packages.find((one) => one.arn === arn);
      if (!found) return invalid('Could not find model package');
      return {
        ModelPackageArn: found.arn,
        ModelPackageStatus: found.status,
        ModelApprovalStatus: found.approval,
        InferenceSpecification: found.input.InferenceSpecification,
        CustomerMetadataProperties: found.notes,
      };
    },
  };

  private start(input: Input): object {
    const known = this.executions.find(
      ({ token, started }) => token === input.ClientRequestToken && this.now - started < this.remembers,
    );
    if (known) return { PipelineExecutionArn: known.arn };
    const parameters = (input.PipelineParameters ?? []) as readonly { readonly Name: string; readonly Value: string }[];
    const pipeline = input.PipelineName as string;
    const arn = `arn:aws:sagemaker:eu-central-1:111122223333:pipeline/${pipeline}/execution/x${this.executions.length}`;
    this.executions.push({
      arn,
      pipeline,
      started: this.now,
      token: input.ClientRequestToken as string,
      name: input.PipelineExecutionDisplayName as string | undefined,
      description: input.PipelineExecutionDescription as string | undefined,
      parameters: Object.fromEntries(parameters.map(({ Name, Value }) => [Name, Value])),
      status: 'Executing',
      steps: [],
    });
    return { PipelineExecutionArn: arn };
  }

  private register(input: Input): object {
    const token = input.ClientToken as string;
    const known = this.packages.find((one) => one.token === token && this.now - one.created < this.remembers);
    if (known) return { ModelPackageArn: known.arn };
    const notes = (input.CustomerMetadataProperties ?? {}) as Readonly<Record<string, string>>;
    if (!areNotes(notes)) return invalid("Value at 'CustomerMetadataProperties' is not valid");
    const group = input.ModelPackageGroupName as string;
    const arn = `arn:aws:sagemaker:eu-central-1:111122223333:model-package/${group}/${(this.made += 1)}`;
    const approval = input.ModelApprovalStatus as string;
    this.packages.push({ arn, input, created: this.now, token, approval, status: 'Completed', notes });
    return { ModelPackageArn: arn };
  }

  private update(input: Input): object {
    const found = this.packages.find((one) => one.arn === input.ModelPackageArn);
    if (!found) return invalid('Could not find model package');
    const notes = (input.CustomerMetadataProperties ?? {}) as Readonly<Record<string, string>>;
    const gone = (input.CustomerMetadataPropertiesToRemove ?? []) as readonly string[];
    if (!areNotes(notes)) return invalid("Value at 'CustomerMetadataProperties' is not valid");
    const all = Object.entries({ ...found.notes, ...notes }).filter(([name]) => !gone.includes(name));
    found.notes = Object.fromEntries(all);
    if (input.ModelApprovalStatus) found.approval = input.ModelApprovalStatus as string;
    if (input.ApprovalDescription) found.description = input.ApprovalDescription as string;
    return { ModelPackageArn: found.arn };
  }

  private paged<T>(input: Input, items: readonly T[], name: string, show: (item: T) => object): object {
    const from = Number(input.NextToken ?? 0);
    const to = from + Math.min(this.page, Number(input.MaxResults ?? this.page));
    return { [name]: items.slice(from, to).map(show), ...(to < items.length && { NextToken: String(to) }) };
  }
}

const areNotes = (notes: Readonly<Record<string, string>>): boolean =>
  Object.keys(notes).length <= 50 &&
  Object.entries(notes).every(
    ([key, value]) => key.length <= 128 && value.length <= 256 && NOTE.test(key) && NOTE.test(value),
  );

const failure = (name: string, message: string): Answer => ({
  status: 400,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify({ __type: name, message }),
});
const invalid = (message: string): Answer => failure('ValidationException', message);
