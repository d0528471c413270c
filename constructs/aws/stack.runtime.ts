/** Finds a deployed system: a stack's outputs name the functions that host its loops, and these hold what was provisioned. */
import { DescribeStacksCommand, type CloudFormationClient, type Stack } from '@aws-sdk/client-cloudformation';
import { GetFunctionConfigurationCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { Unavailable, UserError } from '../spec/problem';
import { isAbsent, unlessAbsent } from './absent.runtime';
import type { LoopSettings } from './settings';

export interface DeployedSystem {
  /** Its name. */
  readonly stack: string;
  readonly region: string;
  /** As CloudFormation says it: `UPDATE_COMPLETE`. */
  readonly state: string;
  /** At least one, all of one system. */
  readonly loops: readonly DeployedLoop[];
}

export interface DeployedLoop {
  readonly settings: LoopSettings;
  /** Of the function that hosts it. */
  readonly logGroup: string;
}

export interface Finding {
  readonly cloudformation: CloudFormationClient;
  readonly lambda: LambdaClient;
}

/** `MlopsOutputsloopsonlineB51C1982`: CloudFormation's names have no hyphens, so which endpoint it is stands in the settings. */
const LOOP = /Outputsloops[A-Za-z0-9]*[0-9A-F]{8}$/;

/** Throws `Unavailable` where it is not deployed, and a `UserError` where the stack is about something else. */
export async function findSystem(clients: Finding, stackName: string, spec: string): Promise<DeployedSystem> {
  const stack = await describe(clients.cloudformation, stackName);
  const { StackName: name = stackName, StackId: id = '', StackStatus: state = '', Outputs: outputs = [] } = stack;
  const functions = outputs.flatMap(({ OutputKey, OutputValue }) =>
    OutputValue !== undefined && LOOP.test(OutputKey ?? '') ? [OutputValue] : [],
  );
  if (functions.length === 0) throw noLoops(name, state);
  const loops = await Promise.all(functions.map((each) => loopOf(clients.lambda, each)));
  return { stack: name, region: id.split(':')[3] ?? '', state, loops: ofOneSystem(loops, name, spec) };
}

async function describe(client: CloudFormationClient, stackName: string): Promise<Stack> {
  try {
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: stackName }));
    if (stack) return stack;
  } catch (error) {
    // CloudFormation has no error of its own for it.
    const { name, message } = error as Error;
    if (!isAbsent(error) && !(name === 'ValidationError' && /does not exist/.test(message))) throw error;
  }
  const region = await client.config.region();
  throw new Unavailable(
    `There is no stack ${stackName} in ${region}. Deploy it with npx cdk deploy, or name another with --stack NAME; ` +
      'the region is that of AWS_REGION or of the profile.',
  );
}

function noLoops(stack: string, state: string): Error {
  if (/^(CREATE|REVIEW)_IN_PROGRESS$/.test(state))
    return new Unavailable(`The stack ${stack} is being made (${state}): try again when it is there.`);
  return new UserError(
    `The stack ${stack} (${state}) has no loop among its outputs: it has no endpoint, or was deployed by an older version. ` +
      'Deploy it again with npx cdk deploy, or name another with --stack NAME.',
  );
}

async function loopOf(client: LambdaClient, name: string): Promise<DeployedLoop> {
  const found = await unlessAbsent(client.send(new GetFunctionConfigurationCommand({ FunctionName: name })));
  if (!found) throw new Unavailable(`The loop's function ${name} is gone: is the stack being deleted?`);
  const { Variables, Error: failure } = found.Environment ?? {};
  const settings = Variables?.['MLOPS_SETTINGS'];
  if (settings === undefined)
    throw new UserError(
      `The function ${name} does not show its variable MLOPS_SETTINGS (${failure?.Message ?? 'it has none'}). ` +
        'Deploy the stack again with npx cdk deploy; where its variables are encrypted with a key of yours, you need kms:Decrypt.',
    );
  return {
    settings: JSON.parse(settings) as LoopSettings,
    logGroup: found.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`,
  };
}

/** A stack may hold more than one, and a name may be mistaken. */
function ofOneSystem(loops: readonly DeployedLoop[], stack: string, spec: string): readonly DeployedLoop[] {
  const all = [...new Set(loops.map(({ settings }) => settings.system))].sort();
  const systems = all.filter((system) => system === spec || system.startsWith(`${spec}-`));
  const own = systems.includes(spec) ? [spec] : systems;
  if (own.length === 1) return loops.filter(({ settings }) => settings.system === own[0]);
  throw new UserError(
    own.length === 0
      ? `The stack ${stack} holds ${all.join(', ')}, and the spec is ${spec}. Name the stack of this spec with --stack NAME.`
      : `The stack ${stack} holds ${own.join(', ')}, all of the spec ${spec}: which one is meant cannot be told. Give each a stack of its own.`,
  );
}
