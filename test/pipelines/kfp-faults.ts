/** Faults in documents of the intermediate representation: what is planted, and who finds it beside checkIr. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cases, compiled } from './kfp-cases';

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

const SAMPLES = join(__dirname, '../kfp/golden');

/** As Kubeflow's own compiler writes them: test/kfp/samples.py. */
export const samples: readonly (readonly [name: string, document: object])[] = readdirSync(SAMPLES).map((file) => [
  file.replace('.json', ''),
  JSON.parse(readFileSync(join(SAMPLES, file), 'utf8')) as object,
]);

export interface Fault {
  readonly what: string;
  /** A sample, or a case of our own compiler. */
  readonly in: string;
  /** Values by the path to them, keys with slashes between them; `undefined` takes away. */
  readonly plant: Readonly<Record<string, Json | undefined>>;
  /** Part of what checkIr says. */
  readonly said: string;
  /** Whether Kubeflow's proto refuses it. @default false */
  readonly proto?: boolean;
  /** Whether Kubeflow's SDK refuses it. @default - as the proto */
  readonly sdk?: boolean;
}

const ours = (what: string, plant: Fault['plant'], said: string, found: Pick<Fault, 'proto' | 'sdk'> = {}): Fault => ({
  what,
  in: 'bike-rentals.training',
  plant,
  said,
  ...found,
});
const theirs = (sample: string, ...[what, plant, said, found]: Parameters<typeof ours>): Fault => ({
  ...ours(what, plant, said, found),
  in: sample,
});
const proto = { proto: true };
/** The SDK does not look into executors. */
const executor = { proto: true, sdk: false };
const sdk = { sdk: true };

const TASK = 'root/dag/tasks/select';
const COMPONENT = 'components/comp-select';
const CONTAINER = 'deploymentSpec/executors/exec-select/container';
const IMPORTER = 'deploymentSpec/executors/exec-import-data/importer';
const numbered = (count: number, value: Json) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}`, value]));

export const faults: readonly Fault[] = [
  ours('another version', { schemaVersion: '2.0.0' }, 'schemaVersion got "2.0.0" expected one of "2.1.0"'),
  ours('no version', { schemaVersion: undefined }, 'got no schemaVersion'),
  ours('an SDK that is none', { sdkVersion: '2.17.0' }, 'sdkVersion got "2.17.0"'),
  ours('no name', { 'pipelineInfo/name': undefined }, 'pipelineInfo got no name', sdk),
  ours('a name with capitals', { 'pipelineInfo/name': 'Bikes' }, 'pipelineInfo.name got the name "Bikes"'),
  ours('a field that is unknown', { bogus: 1 }, 'got the field "bogus"', proto),
  ours('a misspelt field of a task', { [`${TASK}/dependsOn`]: [] }, 'got the field "dependsOn"', proto),
  ours('a misspelt field of an executor', { [`${CONTAINER}/imagee`]: 'x' }, 'got the field "imagee"', executor),
  ours('a misspelt size', { [`${CONTAINER}/resources/resourceCPULimit`]: '2' }, '"resourceCPULimit"', executor),
  ours('another list of executors', { 'deploymentSpec/executor': {} }, 'got the field "executor"', executor),
  ours('a text for a list', { [`${CONTAINER}/args`]: 'x' }, 'args got "x" expected a list', executor),
  ours('a number for a text', { [`${CONTAINER}/env/0/value`]: 3 }, 'value got 3 expected a text', executor),
  ours('a text for a number', { [`${CONTAINER}/resources/cpuLimit`]: 'many' }, 'expected a number', executor),
  ours('a text for true or false', { [`${TASK}/cachingOptions/enableCache`]: 'no' }, 'expected true or false', proto),
  ours('a text for an object', { [`${TASK}/inputs`]: 'rows' }, 'inputs got "rows" expected an object', proto),
  ours(
    'a type that is none',
    { 'root/inputDefinitions/parameters/data_uri/parameterType': 'TEXT' },
    'parameterType got "TEXT"',
    proto,
  ),
  ours(
    'a duration without a unit',
    { [`${TASK}/retryPolicy`]: { maxRetryCount: 2, backoffDuration: '60' } },
    'backoffDuration got "60" expected a duration',
    proto,
  ),
  ours(
    'two sources of one input',
    { [`${TASK}/inputs/artifacts/rows/componentInputArtifact`]: 'data_uri' },
    'got taskOutputArtifact and componentInputArtifact',
    proto,
  ),
  ours('no source', { [`${TASK}/inputs/artifacts/rows`]: {} }, 'rows got none of them'),
  ours(
    'a container that is an importer too',
    { [`${IMPORTER.replace('/importer', '')}/container`]: { image: 'x' } },
    'expected exactly one of container, importer',
    executor,
  ),
  ours('no componentRef', { [`${TASK}/componentRef`]: undefined }, 'got no componentRef'),
  ours('a component that does not exist', { [`${TASK}/componentRef/name`]: 'comp-none' }, 'got "comp-none"'),
  ours('no executorLabel', { [`${COMPONENT}/executorLabel`]: undefined }, 'comp-select got none of them'),
  ours('an executor that does not exist', { [`${COMPONENT}/executorLabel`]: 'exec-none' }, 'got "exec-none"'),
  ours(
    'a task with an underscore',
    { 'root/dag/tasks/my_task': { componentRef: { name: 'comp-import-data' } } },
    '"my_task"',
  ),
  ours(
    'a task that does not exist among those before',
    { [`${TASK}/dependentTasks/0`]: 'none' },
    'dependentTasks[0] got "none"',
  ),
  ours(
    'a task that is not waited for',
    { [`${TASK}/dependentTasks/0`]: undefined },
    'dependentTasks got no "candidate-',
  ),
  ours(
    'a producer that does not exist',
    { [`${TASK}/inputs/artifacts/rows/taskOutputArtifact/producerTask`]: 'none' },
    'artifacts.rows got "none"',
  ),
  ours(
    'no producer',
    { [`${TASK}/inputs/artifacts/rows/taskOutputArtifact/producerTask`]: undefined },
    'got no producerTask',
  ),
  ours(
    'an output that does not exist',
    { [`${TASK}/inputs/artifacts/rows/taskOutputArtifact/outputArtifactKey`]: 'row' },
    'artifacts.rows got "row" expected the name of an output of prepare: report, rows',
  ),
  ours(
    'an output of another type',
    { [`${TASK}/inputs/artifacts/model_ridge/taskOutputArtifact/outputArtifactKey`]: 'predictions' },
    'model_ridge got a source of type system.Dataset expected system.Model',
  ),
  ours('an input that is missing', { [`${TASK}/inputs/artifacts/rows`]: undefined }, 'artifacts.rows got nothing'),
  ours(
    'an input that the component does not have',
    {
      [`${TASK}/inputs/artifacts/row`]: { taskOutputArtifact: { producerTask: 'prepare', outputArtifactKey: 'rows' } },
    },
    'artifacts.row got "row" expected the name of an input of the component',
  ),
  ours(
    'a parameter of the pipeline that does not exist',
    { 'root/dag/tasks/import-data/inputs/parameters/uri/componentInputParameter': 'date_uri' },
    'parameters.uri got "date_uri" expected the name of an input of the pipeline',
  ),
  ours(
    'a parameter of another type',
    { 'root/inputDefinitions/parameters/data_uri/parameterType': 'NUMBER_INTEGER' },
    'uri got a source of type NUMBER_INTEGER expected STRING',
  ),
  ours(
    'a cycle',
    { 'root/dag/tasks/prepare/dependentTasks': ['import-data', 'select'] },
    'got the cycle prepare → select → candidate-boosting → prepare',
  ),
  ours('a task that waits for itself', { 'root/dag/tasks/prepare/dependentTasks/1': 'prepare' }, 'prepare → prepare'),
  ours(
    'a placeholder for an input that does not exist',
    { [`${CONTAINER}/args/3`]: "{{$.inputs.artifacts['none'].path}}" },
    'args[3] got a placeholder for "none"',
  ),
  ours(
    'a placeholder for an output that does not exist',
    { [`${CONTAINER}/args/3`]: "x={{$.outputs.artifacts['none'].uri}}" },
    'args[3] got a placeholder for "none"',
  ),
  ours(
    'a placeholder for a parameter, of an artifact',
    { [`${CONTAINER}/args/3`]: "{{$.inputs.parameters['rows']}}" },
    'args[3] got a placeholder for "rows"',
  ),
  ours(
    'a placeholder that is none',
    { [`${CONTAINER}/env/0/value`]: "{{$.input.artifacts['rows'].path}}" },
    'stands for nothing',
  ),
  ours(
    'a placeholder without an end',
    { [`${CONTAINER}/args/3`]: "{{$.inputs.artifacts['rows'].path" },
    'stands for nothing',
  ),
  ours('no image', { [`${CONTAINER}/image`]: '' }, 'image got an empty text'),
  ours("a variable's name", { [`${CONTAINER}/env/0/name`]: 'MY-NAME' }, 'got "MY-NAME"'),
  ours('two sizes', { [`${CONTAINER}/resources/cpuLimit`]: 4 }, 'got cpuLimit 4 and resourceCpuLimit "2"'),
  ours(
    'a size that old servers do not see',
    { [`${CONTAINER}/resources/memoryLimit`]: undefined },
    'got memoryLimit nothing and resourceMemoryLimit "8Gi"',
  ),
  ours(
    'a unit that is none',
    { [`${CONTAINER}/resources/resourceMemoryLimit`]: '8 GiB' },
    'and resourceMemoryLimit "8 GiB"',
  ),
  ours('an argument that is too long', { [`${CONTAINER}/args/3`]: 'x'.repeat(131_072) }, 'an argument of 131072 bytes'),
  ours(
    'an importer of a parameter that does not exist',
    { [`${IMPORTER}/artifactUri/runtimeParameter`]: 'url' },
    'runtimeParameter got "url"',
  ),
  ours('an importer of nothing', { [`${IMPORTER}/artifactUri`]: {} }, 'artifactUri got none of them'),
  ours(
    'an importer of another type',
    { [`${IMPORTER}/typeSchema/schemaTitle`]: 'system.Model' },
    'typeSchema got "system.Model" expected "system.Dataset"',
  ),
  ours(
    'an importer of two artifacts',
    {
      'components/comp-import-data/outputDefinitions/artifacts/more': {
        artifactType: { schemaTitle: 'system.Dataset', schemaVersion: '0.0.1' },
      },
    },
    'got 2 artifacts as outputs of its component',
  ),
  ours(
    'too many artifacts of a task',
    {
      [`${COMPONENT}/outputDefinitions/artifacts`]: numbered(100, { artifactType: { schemaTitle: 'system.Model' } }),
    },
    'artifacts as inputs and outputs expected at most 100',
  ),
  ours(
    'too many tasks',
    { 'root/dag/tasks': numbered(10_001, { componentRef: { name: 'comp-none' } }) },
    'got 10001 tasks expected at most 10000',
  ),
  theirs(
    'chain',
    'an output parameter that does not exist',
    {
      'root/dag/tasks/choose/inputs/parameters/pipelinechannel--train-score/taskOutputParameter/outputParameterKey':
        's',
    },
    'got "s" expected the name of an output of train: score',
  ),
  theirs(
    'chain',
    'a placeholder in a value, for nothing that is handed over',
    { 'root/dag/tasks/choose/inputs/parameters/name/runtimeValue/constant': "{{$.inputs.parameters['score']}}" },
    'got a placeholder for "score"',
  ),
  theirs(
    'chain',
    'a choice by an input that does not exist',
    { 'deploymentSpec/executors/exec-choose/container/args/1': '{"IfPresent": {"InputName": "none", "Then": ["x"]}}' },
    'args[1] got a placeholder for "none"',
  ),
  theirs(
    'branches',
    'a condition on an input that does not exist',
    {
      'components/comp-condition-branches-1/dag/tasks/condition-2/triggerPolicy/condition':
        "inputs.parameter_values['x'] == '1'",
    },
    'triggerPolicy.condition got "x"',
  ),
  theirs(
    'nested',
    'an output of a task that does not exist',
    { 'components/comp-inner/dag/outputs/artifacts/Output/artifactSelectors/0/producerSubtask': 'none' },
    'components.comp-inner.dag.outputs.artifacts.Output got "none"',
  ),
  theirs(
    'nested',
    'an output that the component does not declare',
    { 'components/comp-inner/outputDefinitions': {} },
    'outputs.artifacts.Output got "Output" expected the name of an output of the component',
  ),
  theirs(
    'nested',
    'a component that holds itself',
    { 'components/comp-inner/dag/tasks/make/componentRef/name': 'comp-inner' },
    'got a component that holds itself: comp-inner → comp-inner',
  ),
  theirs(
    'nested',
    'a root without tasks',
    { root: { executorLabel: 'exec-make' } },
    'root got an executor expected tasks',
  ),
  theirs(
    'exit',
    'the final state of a task that does not exist',
    { 'root/dag/tasks/tell/inputs/parameters/status/taskFinalStatus/producerTask': 'none' },
    'parameters.status got "none"',
  ),
  theirs(
    'loops',
    'the strategy of no trigger',
    { 'root/dag/tasks/total/triggerPolicy': { strategy: 'ALWAYS' } },
    'strategy got "ALWAYS"',
    proto,
  ),
];

/** A copy of the document with the fault in it. */
export function planted(fault: Fault): object {
  const sample = samples.find(([name]) => name === fault.in)?.[1];
  const document = structuredClone(sample ?? compiled(fault.in)) as { [key: string]: Json | undefined };
  for (const [path, value] of Object.entries(fault.plant)) plant(document, path.split('/'), value, fault.what);
  return document;
}

function plant(document: object, path: readonly string[], value: Json | undefined, what: string): void {
  const [key, ...rest] = path as [string, ...string[]];
  const fields = document as { [key: string]: Json | undefined };
  if (rest.length > 0) {
    const next = fields[key];
    if (typeof next !== 'object' || next === null) throw new Error(`${what}: there is no ${key} to plant it in`);
    plant(next, rest, value, what);
  } else if (value !== undefined) fields[key] = value;
  else if (Array.isArray(document)) document.splice(Number(key), 1);
  else if (key in fields) delete fields[key];
  else throw new Error(`${what}: there is no ${key} to take away`);
}

/** All that must be taken. */
export const good: readonly (readonly [name: string, document: object])[] = [
  ...cases.map(({ name }) => [name, compiled(name)] as const),
  ...samples,
];
