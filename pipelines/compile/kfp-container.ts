/**
 * The container of a task: its image, its sizes, and how its command line reaches its program.
 *
 * The words are those of every platform, with placeholders for the directories, run by the script of kfp-launch.ts.
 * Texts of the user's that a platform or the script would read as something else travel in octal, after `{text}`: dollars
 * (placeholders of a pipeline, variables in Kubernetes), braces in pairs, what looks like an input's or output's flag,
 * and objects that Kubeflow reads as placeholders. So does a text that is empty.
 */
import { INPUT_IN_COMMAND } from '../../constructs/spec/graph';
import { LAUNCH } from './kfp-launch';
import type { ContainerSpec } from './kfp-spec';
import type { PlanTask } from './plan';

/** What the spec does not know. Texts may stand for what only a deployment knows: they are passed on as they are. */
export interface KfpSettings {
  /** Reference of the image that a task runs in: the system's own, or what its component asks for. It must have `sh`. */
  readonly image: (task: string) => string;
  readonly machine: (task: string) => KfpMachine;
  /**
   * URI of the folder that outputs go below, without a slash at its end.
   * @default - given at each start
   */
  readonly pipelineRoot?: string;
}

/** What a task may use at most. Vertex AI takes a machine that has it. */
export interface KfpMachine {
  readonly cores: number;
  readonly memoryGiB: number;
}

export function containerOf(task: PlanTask, settings: KfpSettings): ContainerSpec {
  const { cores, memoryGiB } = settings.machine(task.name);
  return {
    image: settings.image(task.name),
    command: ['/bin/sh', '-c', LAUNCH, 'launch'],
    args: argumentsOf(task),
    env: Object.entries({
      MLOPS_RETRIES: task.retries,
      MLOPS_TIMEOUT: Math.ceil(task.timeoutSeconds),
      OMP_NUM_THREADS: task.cores,
    }).map(([name, value]) => ({ name, value: String(value) })),
    resources: {
      cpuLimit: cores,
      memoryLimit: memoryGiB * GB_IN_GIB,
      resourceCpuLimit: String(cores),
      resourceMemoryLimit: `${memoryGiB}Gi`,
    },
  };
}

const GB_IN_GIB = 2 ** 30 / 1e9;

/** The same command line as on every platform; the flags in order of their names. */
export function argumentsOf(task: PlanTask): string[] {
  const flags = (kind: string, names: readonly string[], valueOf: (name: string) => string) =>
    [...names].sort().flatMap((name) => [`--${kind}.${name}`, valueOf(name)]);
  const parameterOf = (name: string) =>
    Object.hasOwn(task.parameters, name) ? travelling(task.parameters[name]!) : `{{$.inputs.parameters['${name}']}}`;
  return [
    ...task.command.map(wordOf),
    ...flags('in', Object.keys(task.inputs), inputPath),
    ...flags('out', task.outputs, (name) => `{{$.outputs.artifacts['${name}'].path}}`),
    ...flags('param', [...Object.keys(task.parameters), ...task.takes], parameterOf),
  ];
}

const inputPath = (name: string): string => `{{$.inputs.artifacts['${name}'].path}}`;

/** A word of the command, which may begin with the directory of an input. */
function wordOf(word: string): string {
  const input = INPUT_IN_COMMAND.exec(word);
  if (!input) return travelling(word);
  const rest = travelling(word.slice(input[0].length), 'after a directory');
  return rest.startsWith(MARK) ? MARK + inputPath(input[1]!) + rest.slice(MARK.length) : inputPath(input[1]!) + rest;
}

const MARK = '{text}';

/** What must not reach a platform, or the script, as it is. */
const MISREAD = /\$|\{\{|^\{text\}|^--(in|out)\.|^\{"(Concat|IfPresent)"/;

function travelling(text: string, after: 'nothing' | 'after a directory' = 'nothing'): string {
  const plain = !MISREAD.test(text) && (text !== '' || after !== 'nothing');
  return plain ? text : MARK + text.replace(/[$\\{]/g, octal);
}

const octal = (character: string): string => `\\0${character.charCodeAt(0).toString(8).padStart(3, '0')}`;
