/**
 * The fields of the intermediate representation 2.1.0 and their types:
 * https://github.com/kubeflow/pipelines/blob/master/api/v2alpha1/pipeline_spec.proto
 */

export type Shape =
  Kind | { readonly words: readonly string[] } | { readonly list: Shape } | { readonly map: Shape } | Message;
export type Kind = 'text' | 'number' | 'boolean' | 'duration' | 'object' | 'any';

export interface Message {
  readonly fields: Readonly<Record<string, Shape>>;
  readonly required: readonly string[];
  /** Of each, one must be there and no other. */
  readonly oneOf: readonly (readonly string[])[];
}

const message = (
  fields: Message['fields'],
  { required = [], oneOf = [] }: Partial<Omit<Message, 'fields'>> = {},
): Message => ({ fields, required, oneOf });
/** All fields are required. */
const whole = (fields: Message['fields']): Message => message(fields, { required: Object.keys(fields) });
const map = (of: Shape): Shape => ({ map: of });
const list = (of: Shape): Shape => ({ list: of });
const words = (...all: readonly string[]): Shape => ({ words: all });

const artifactType = message(
  { schemaTitle: 'text', schemaUri: 'text', instanceSchema: 'text', schemaVersion: 'text' },
  { oneOf: [['schemaTitle', 'schemaUri', 'instanceSchema']] },
);
const artifact = message(
  {
    artifactType,
    properties: 'object',
    customProperties: 'object',
    metadata: 'object',
    isArtifactList: 'boolean',
    isOptional: 'boolean',
    description: 'text',
  },
  { required: ['artifactType'] },
);
const parameter = message(
  {
    parameterType: words(
      'NUMBER_DOUBLE',
      'NUMBER_INTEGER',
      'STRING',
      'BOOLEAN',
      'LIST',
      'STRUCT',
      'TASK_FINAL_STATUS',
      'TASK_CONFIG',
    ),
    defaultValue: 'any',
    isOptional: 'boolean',
    description: 'text',
    literals: list('any'),
  },
  { required: ['parameterType'] },
);
const definitions = message({ parameters: map(parameter), artifacts: map(artifact) });

const value = message(
  { constant: 'any', constantValue: 'object', runtimeParameter: 'text' },
  { oneOf: [['constant', 'constantValue', 'runtimeParameter']] },
);
const parameterKinds = {
  taskOutputParameter: whole({ producerTask: 'text', outputParameterKey: 'text' }),
  runtimeValue: value,
  componentInputParameter: 'text',
  taskFinalStatus: whole({ producerTask: 'text' }),
} as const;
const artifactKinds = {
  taskOutputArtifact: whole({ producerTask: 'text', outputArtifactKey: 'text' }),
  componentInputArtifact: 'text',
} as const;
const task = message(
  {
    taskInfo: message({ name: 'text' }),
    componentRef: whole({ name: 'text' }),
    dependentTasks: list('text'),
    cachingOptions: message({ enableCache: 'boolean', cacheKey: 'text' }),
    inputs: message({
      parameters: map(
        message({ ...parameterKinds, parameterExpressionSelector: 'text' }, { oneOf: [Object.keys(parameterKinds)] }),
      ),
      artifacts: map(message(artifactKinds, { oneOf: [Object.keys(artifactKinds)] })),
    }),
    retryPolicy: message({
      maxRetryCount: 'number',
      backoffDuration: 'duration',
      backoffFactor: 'number',
      backoffMaxDuration: 'duration',
    }),
    triggerPolicy: message({
      condition: 'text',
      strategy: words('ALL_UPSTREAM_TASKS_SUCCEEDED', 'ALL_UPSTREAM_TASKS_COMPLETED'),
    }),
    parameterIterator: whole({
      itemInput: 'text',
      items: message({ raw: 'text', inputParameter: 'text' }, { oneOf: [['raw', 'inputParameter']] }),
    }),
    artifactIterator: whole({ itemInput: 'text', items: whole({ inputArtifact: 'text' }) }),
    iteratorPolicy: message({ parallelismLimit: 'number' }),
  },
  { required: ['componentRef'] },
);
const parameterSelector = whole({ producerSubtask: 'text', outputParameterKey: 'text' });
const component = message(
  {
    inputDefinitions: definitions,
    outputDefinitions: definitions,
    executorLabel: 'text',
    dag: message(
      {
        tasks: map(task),
        outputs: message({
          parameters: map(
            message(
              {
                valueFromParameter: parameterSelector,
                valueFromOneof: whole({ parameterSelectors: list(parameterSelector) }),
              },
              { oneOf: [['valueFromParameter', 'valueFromOneof']] },
            ),
          ),
          artifacts: map(
            whole({ artifactSelectors: list(whole({ producerSubtask: 'text', outputArtifactKey: 'text' })) }),
          ),
        }),
      },
      { required: ['tasks'] },
    ),
    singlePlatformSpecs: list('object'),
    taskConfigPassthroughs: list('object'),
  },
  { oneOf: [['executorLabel', 'dag']] },
);

const run = message({ command: list('text'), args: list('text') });
const container = message(
  {
    image: 'text',
    command: list('text'),
    args: list('text'),
    env: list(message({ name: 'text', value: 'text' }, { required: ['name'] })),
    lifecycle: message({ preCacheCheck: run }),
    resources: message({
      cpuLimit: 'number',
      memoryLimit: 'number',
      cpuRequest: 'number',
      memoryRequest: 'number',
      resourceCpuLimit: 'text',
      resourceMemoryLimit: 'text',
      resourceCpuRequest: 'text',
      resourceMemoryRequest: 'text',
      accelerator: message({ type: 'text', count: 'any', resourceType: 'text', resourceCount: 'text' }),
    }),
  },
  { required: ['image'] },
);
const importer = message(
  {
    artifactUri: value,
    typeSchema: artifactType,
    properties: 'object',
    customProperties: 'object',
    metadata: 'object',
    reimport: 'boolean',
    downloadToWorkspace: 'boolean',
  },
  { required: ['artifactUri', 'typeSchema'] },
);
const executorKinds = { container, importer, resolver: 'object', customJob: 'object' } as const;

export const DOCUMENT = message(
  {
    schemaVersion: words('2.1.0'),
    sdkVersion: 'text',
    pipelineInfo: message({ name: 'text', displayName: 'text', description: 'text' }, { required: ['name'] }),
    defaultPipelineRoot: 'text',
    components: map(component),
    root: component,
    deploymentSpec: whole({ executors: map(message(executorKinds, { oneOf: [Object.keys(executorKinds)] })) }),
  },
  { required: ['schemaVersion', 'sdkVersion', 'pipelineInfo', 'root', 'deploymentSpec'] },
);
