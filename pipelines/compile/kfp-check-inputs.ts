/** What a task hands to its component: all that it needs, from where there is such a thing, of the right type. */
import { dangling, type Problem } from '../../constructs/spec/problem';
import { checkOutput, type Surroundings } from './kfp-check-outputs';
import {
  own,
  type IrArtifact,
  type IrArtifactSource,
  type IrComponent,
  type IrParameter,
  type IrParameterSource,
  type IrTask,
  type Named,
} from './kfp-ir';
import { checkPlaceholders } from './kfp-placeholders';

export function checkInputs(here: Surroundings, task: IrTask, component: IrComponent, path: string): Problem[] {
  const given = { parameters: task.inputs?.parameters ?? {}, artifacts: task.inputs?.artifacts ?? {} };
  return [
    ...checkNames(task, component, path),
    ...Object.entries(given.parameters).flatMap(([name, source]) => {
      const wanted = own(component.inputDefinitions?.parameters ?? {}, name)?.parameterType;
      const place = `${path}.parameters.${name}`;
      return [
        ...checkParameterSource(here, source, place),
        ...checkPlaceholders(source.runtimeValue?.constant, inputsOnly(given), place),
        ...checkType(place, wanted, parameterType(here, source), (got, type) => FITTING[type]?.includes(got) ?? false),
      ];
    }),
    ...Object.entries(given.artifacts).flatMap(([name, source]) => {
      const wanted = own(component.inputDefinitions?.artifacts ?? {}, name)?.artifactType.schemaTitle;
      const place = `${path}.artifacts.${name}`;
      return [
        ...checkArtifactSource(here, source, place),
        ...checkType(place, wanted, artifactType(here, source), (_got, type) => type === 'system.Artifact'),
      ];
    }),
  ];
}

const inputsOnly = (given: { readonly parameters: object; readonly artifacts: object }) => ({
  inputParameters: Object.keys(given.parameters),
  inputArtifacts: Object.keys(given.artifacts),
  outputParameters: [],
  outputArtifacts: [],
});

/** Kubeflow's compiler hands over under this prefix what texts of a task refer to: the component does not declare it. */
const FORWARDED = 'pipelinechannel--';

function checkNames(task: IrTask, component: IrComponent, path: string): Problem[] {
  const items = [task.parameterIterator?.itemInput, task.artifactIterator?.itemInput];
  return (['parameters', 'artifacts'] as const).flatMap((kind) => {
    const given = [...Object.keys(task.inputs?.[kind] ?? {}), ...items];
    const declared: Named<IrParameter | IrArtifact> = component.inputDefinitions?.[kind] ?? {};
    const needed = Object.entries(declared).filter(
      ([, input]) =>
        input.isOptional !== true &&
        !('defaultValue' in input) &&
        // Filled in by the platform.
        !('parameterType' in input && input.parameterType === 'TASK_CONFIG'),
    );
    return [
      ...needed
        .filter(([name]) => !given.includes(name))
        .map(([name]) => ({
          path: `${path}.${kind}.${name}`,
          got: 'nothing',
          expected: 'a value: the component needs it',
          fix: 'add it, or a default',
        })),
      ...Object.keys(task.inputs?.[kind] ?? {})
        .filter((name) => !name.startsWith(FORWARDED))
        .flatMap((name) => dangling(`${path}.${kind}.${name}`, name, declared, 'input of the component')),
    ];
  });
}

function checkParameterSource(here: Surroundings, source: IrParameterSource, path: string): Problem[] {
  const { componentInputParameter: input, taskOutputParameter: output, taskFinalStatus: status } = source;
  const declared = here.owner.inputDefinitions?.parameters ?? {};
  return [
    ...(input === undefined ? [] : dangling(path, input, declared, 'input of the pipeline')),
    ...(output ? checkOutput(here, output.producerTask, 'parameters', output.outputParameterKey, path) : []),
    ...(status ? dangling(path, status.producerTask, here.tasks, 'task') : []),
  ];
}

function checkArtifactSource(here: Surroundings, source: IrArtifactSource, path: string): Problem[] {
  const { componentInputArtifact: input, taskOutputArtifact: output } = source;
  const declared = here.owner.inputDefinitions?.artifacts ?? {};
  return [
    ...(input === undefined ? [] : dangling(path, input, declared, 'input of the pipeline')),
    ...(output ? checkOutput(here, output.producerTask, 'artifacts', output.outputArtifactKey, path) : []),
  ];
}

/** What is taken for another type: a whole number for any. */
const FITTING: Readonly<Record<string, readonly string[]>> = { NUMBER_DOUBLE: ['NUMBER_INTEGER'] };

function parameterType(here: Surroundings, source: IrParameterSource): string | undefined {
  const { componentInputParameter: input, taskOutputParameter: output } = source;
  // What is picked out of a value is of another type.
  if (source.parameterExpressionSelector !== undefined) return undefined;
  if (input !== undefined) return own(here.owner.inputDefinitions?.parameters ?? {}, input)?.parameterType;
  if (!output) return undefined;
  return own(outputsOf(here, output.producerTask)?.parameters ?? {}, output.outputParameterKey)?.parameterType;
}

function artifactType(here: Surroundings, source: IrArtifactSource): string | undefined {
  const { componentInputArtifact: input, taskOutputArtifact: output } = source;
  if (input !== undefined) return own(here.owner.inputDefinitions?.artifacts ?? {}, input)?.artifactType.schemaTitle;
  if (!output) return undefined;
  return own(outputsOf(here, output.producerTask)?.artifacts ?? {}, output.outputArtifactKey)?.artifactType.schemaTitle;
}

const outputsOf = ({ ir, tasks }: Surroundings, task: string) =>
  own(ir.components ?? {}, own(tasks, task)?.componentRef.name ?? '')?.outputDefinitions;

/** Nothing is said of a type that is not known. */
function checkType(
  path: string,
  wanted: string | undefined,
  got: string | undefined,
  fits: (got: string, wanted: string) => boolean,
): Problem[] {
  if (wanted === undefined || got === undefined || wanted === got || fits(got, wanted)) return [];
  return [{ path, got: `a source of type ${got}`, expected: wanted, fix: 'take it from somewhere else' }];
}
