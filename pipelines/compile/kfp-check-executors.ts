/** What a component runs: that there is such an executor, and that what it refers to is the component's. */
import { dangling, show, when, type Problem } from '../../constructs/spec/problem';
import type { Ir, IrComponent, IrContainer, IrImporter, IrResources } from './kfp-ir';
import { MOST, tooLong } from './kfp-limits';
import { checkPlaceholders } from './kfp-placeholders';

/** An executor may be used by several components, and is checked with each. */
export function checkExecutor(ir: Ir, name: string, component: IrComponent): Problem[] {
  const { executors } = ir.deploymentSpec;
  const label = component.executorLabel;
  if (label === undefined) return [];
  const executor = Object.hasOwn(executors, label) ? executors[label] : undefined;
  if (!executor) return dangling(`components.${name}.executorLabel`, label, executors, 'executor');
  const path = `deploymentSpec.executors.${label}`;
  const scope = {
    inputParameters: Object.keys(component.inputDefinitions?.parameters ?? {}),
    inputArtifacts: Object.keys(component.inputDefinitions?.artifacts ?? {}),
    outputParameters: Object.keys(component.outputDefinitions?.parameters ?? {}),
    outputArtifacts: Object.keys(component.outputDefinitions?.artifacts ?? {}),
  };
  return [
    ...checkPlaceholders(executor, scope, path),
    ...(executor.container ? checkContainer(executor.container, `${path}.container`) : []),
    ...(executor.importer ? checkImporter(executor.importer, component, `${path}.importer`) : []),
  ];
}

function checkContainer(container: IrContainer, path: string): Problem[] {
  const longest = tooLong([...(container.command ?? []), ...(container.args ?? [])]);
  return [
    ...when(container.image === '', {
      path: `${path}.image`,
      got: 'an empty text',
      expected: 'the reference of an image',
      fix: 'add it',
    }),
    ...when(longest !== undefined, {
      path: `${path}.args`,
      got: `an argument of ${longest} bytes`,
      expected: `at most ${MOST.argumentBytes}`,
      fix: 'hand it over as a file',
    }),
    ...(container.env ?? []).flatMap(({ name }, i) =>
      when(!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name), {
        path: `${path}.env[${i}].name`,
        got: show(name),
        expected: 'letters, digits and underscores, beginning with no digit',
        fix: 'rename it',
      }),
    ),
    ...checkResources(container.resources ?? {}, `${path}.resources`),
  ];
}

const SIZES = [
  ['cpuLimit', 'resourceCpuLimit'],
  ['memoryLimit', 'resourceMemoryLimit'],
  ['cpuRequest', 'resourceCpuRequest'],
  ['memoryRequest', 'resourceMemoryRequest'],
] as const satisfies readonly (readonly [keyof IrResources, keyof IrResources])[];

/** Some servers read the number, some the text: a size that is only one of them, or two, is not what was meant. */
function checkResources(resources: IrResources, path: string): Problem[] {
  return SIZES.flatMap(([number, text]) => {
    const [old, written] = [resources[number], resources[text]];
    // A placeholder has no number.
    if (written?.includes('{{')) return [];
    const size = written === undefined ? undefined : sizeOf(written, number.startsWith('memory') ? 1e9 : 1);
    const agree = old === undefined || size === undefined ? old === size : Math.abs(old - size) <= 1e-6 * size;
    return when(!agree || Number.isNaN(size), {
      path,
      got: `${number} ${show(old)} and ${text} ${show(written)}`,
      expected: 'the same size twice: servers read the one or the other',
      fix: 'correct one of them',
    });
  });
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** NaN where it is none. https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
function sizeOf(text: string, per: number): number {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)(.*)$/.exec(text) ?? [];
  return amount !== '' && Object.hasOwn(UNITS, unit) ? (Number(amount) * UNITS[unit]!) / per : NaN;
}

function checkImporter(importer: IrImporter, component: IrComponent, path: string): Problem[] {
  const parameter = importer.artifactUri.runtimeParameter;
  const outputs = Object.values(component.outputDefinitions?.artifacts ?? {});
  const [title, made] = [importer.typeSchema.schemaTitle, outputs[0]?.artifactType.schemaTitle];
  return [
    ...(parameter === undefined
      ? []
      : dangling(
          `${path}.artifactUri.runtimeParameter`,
          parameter,
          component.inputDefinitions?.parameters ?? {},
          'parameter of its component',
        )),
    ...when(outputs.length !== 1, {
      path,
      got: `${outputs.length} artifacts as outputs of its component`,
      expected: 'one: what it imports',
      fix: 'declare one',
    }),
    ...when(outputs.length === 1 && title !== made, {
      path: `${path}.typeSchema`,
      got: show(title),
      expected: `${show(made)}, the type of its component's output`,
      fix: 'correct one of them',
    }),
  ];
}
