/**
 * How a task's command line reaches its program.
 *
 * It is the job's ContainerArguments, read by `launch.sh`. An argument there holds at most 256 characters and no line
 * break. A value that does not fit, or is known only when a run starts, travels in the job's environment: its
 * argument is `{env.NAME}`, and the launcher puts in its place the values of NAME_0, NAME_1, … joined, until one is
 * missing. `{empty}` stands for an empty argument. Text of the user's that looks like one of these travels in the
 * environment too.
 */
import type { Source } from '../../constructs/spec/component';
import { INPUT_IN_COMMAND } from '../../constructs/spec/graph';
import type { PlanTask } from './plan';
import type { ParameterReference } from './sagemaker-definition';
import { channelOf, inByName, parameterName } from './sagemaker-names';

/** What a job is started with. */
export interface JobCommand {
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string | ParameterReference>>;
}

/** https://docs.aws.amazon.com/sagemaker/latest/dg/model-train-storage.html */
const INPUTS = '/opt/ml/input/data';
const OUTPUTS = '/opt/ml/model';

/**
 * One of `ContainerArguments`:
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AlgorithmSpecification.html
 */
const LONGEST_ARGUMENT = 256;
/** Of a value in `Environment`: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html */
const LONGEST_VALUE = 512;
/** What a point in the service's pattern for an argument, `.*`, does not stand for. */
const LINE_BREAK = /[\n\r\u0085\u2028\u2029]/;

/** The same command line as on every platform; the flags in order of their names. */
export function jobCommand(task: PlanTask): JobCommand {
  const words = task.command.map((word, i) => travelling(withDirectory(word, task.inputs), `MLOPS_WORD_${i}`));
  const parameters = [...Object.keys(task.parameters), ...task.takes].sort().map((name) => {
    const fixed = Object.hasOwn(task.parameters, name);
    const travels = fixed ? travelling(task.parameters[name]!, variableOf(name)) : given(name);
    return { flag: `--param.${name}`, ...travels };
  });
  return {
    arguments: [
      ...words.map(({ argument }) => argument),
      ...inByName(task.inputs).flatMap(([name, source]) => [`--in.${name}`, directoryOf(source)]),
      ...[...task.outputs].sort().flatMap((name) => [`--out.${name}`, `${OUTPUTS}/${name}`]),
      ...parameters.flatMap(({ flag, argument }) => [flag, argument]),
    ],
    environment: Object.fromEntries([
      ...[...words, ...parameters].flatMap(({ variables }) => Object.entries(variables)),
      ['MLOPS_RETRIES', String(task.retries)],
      ['OMP_NUM_THREADS', String(task.cores)],
    ]),
  };
}

/** An argument, and the variables that it stands for. */
interface Travelling {
  readonly argument: string;
  readonly variables: JobCommand['environment'];
}

function travelling(text: string, variable: string): Travelling {
  if (text === '') return { argument: '{empty}', variables: {} };
  const direct =
    bytes(text) <= LONGEST_ARGUMENT && !LINE_BREAK.test(text) && !text.startsWith('{env.') && text !== '{empty}';
  if (direct) return { argument: text, variables: {} };
  const variables = Object.fromEntries(chunks(text).map((chunk, i) => [`${variable}_${i}`, chunk]));
  return { argument: `{env.${variable}}`, variables };
}

const given = (name: string): Travelling => ({
  argument: `{env.${variableOf(name)}}`,
  variables: { [`${variableOf(name)}_0`]: { Get: `Parameters.${parameterName(name)}` } },
});

/** Names of parameters are lower-case throughout, so none is lost. */
const variableOf = (parameter: string): string => `MLOPS_PARAM_${parameter.toUpperCase()}`;

/** Cut between characters: half a character would not survive on its own. */
function chunks(text: string): string[] {
  const cut = [''];
  let left = LONGEST_VALUE;
  for (const character of text) {
    const size = bytesOf(character.codePointAt(0)!);
    if (size > left) {
      cut.push('');
      left = LONGEST_VALUE;
    }
    cut[cut.length - 1] += character;
    left -= size;
  }
  return cut;
}

/** In UTF-8. Texts are long, and an encoder for each character takes seconds. */
const bytesOf = (point: number): number => (point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x1_0000 ? 3 : 4);

/** Whether the service counts bytes or characters is not written down; a text has at least as many bytes. */
const bytes = (text: string): number => new TextEncoder().encode(text).length;

const withDirectory = (word: string, inputs: PlanTask['inputs']): string =>
  word.replace(INPUT_IN_COMMAND, (_all, name: string) => directoryOf(inputs[name]!));

const directoryOf = (source: Source): string =>
  `${INPUTS}/${channelOf(source)}${'task' in source ? `/${source.output}` : ''}`;
