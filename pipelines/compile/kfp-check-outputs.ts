/** The outputs of tasks: those that are referred to, and those that a component of tasks hands on. */
import { dangling, type Problem } from '../../constructs/spec/problem';
import { own, type Ir, type IrComponent, type IrDag, type IrTask, type Named } from './kfp-ir';

/** What the names in a task may refer to. */
export interface Surroundings {
  readonly ir: Ir;
  /** The component that the task is part of. */
  readonly owner: IrComponent;
  readonly tasks: Named<IrTask>;
}

/** What the component declares as its outputs must come from its tasks. */
export function checkOutputs(here: Surroundings, { outputs }: IrDag, path: string): Problem[] {
  const declared = here.owner.outputDefinitions;
  const parameters = Object.entries(outputs?.parameters ?? {}).flatMap(
    ([name, { valueFromParameter, valueFromOneof }]) =>
      [...(valueFromParameter ? [valueFromParameter] : []), ...(valueFromOneof?.parameterSelectors ?? [])].map(
        ({ producerSubtask, outputParameterKey }) =>
          ({ kind: 'parameters', name, task: producerSubtask, key: outputParameterKey }) as const,
      ),
  );
  const artifacts = Object.entries(outputs?.artifacts ?? {}).flatMap(([name, { artifactSelectors }]) =>
    artifactSelectors.map(
      ({ producerSubtask, outputArtifactKey }) =>
        ({ kind: 'artifacts', name, task: producerSubtask, key: outputArtifactKey }) as const,
    ),
  );
  return [...parameters, ...artifacts].flatMap(({ kind, name, task, key }) => {
    const place = `${path}.dag.outputs.${kind}.${name}`;
    return [
      ...dangling(place, name, declared?.[kind] ?? {}, 'output of the component'),
      ...checkOutput(here, task, kind, key, place),
    ];
  });
}

/** That a task has such an output. */
export function checkOutput(
  { ir, tasks }: Surroundings,
  name: string,
  kind: 'parameters' | 'artifacts',
  key: string,
  path: string,
): Problem[] {
  const task = own(tasks, name);
  if (!task) return dangling(path, name, tasks, 'task');
  const component = own(ir.components ?? {}, task.componentRef.name);
  return component ? dangling(path, key, component.outputDefinitions?.[kind] ?? {}, `output of ${name}`) : [];
}
