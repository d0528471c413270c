/**
 * Checks a document of the intermediate representation for what no tool catches before a run: neither the proto, nor
 * Kubeflow's SDK, nor [unverified] Vertex AI before the task in question is due.
 *
 * It knows the language whole, and not only what the compiler writes of it: a document that somebody has changed is
 * checked again.
 */
import { show, when, type Problem } from '../../constructs/spec/problem';
import { checkExecutor } from './kfp-check-executors';
import { checkShape } from './kfp-check-shape';
import { checkDag, findCycle } from './kfp-check-tasks';
import { own, type Ir, type IrComponent } from './kfp-ir';
import { MOST } from './kfp-limits';

/**
 * All that is wrong with it, the paths those of the document; empty where all is right. Where fields are misspelt or
 * missing, only that is said.
 */
export function checkIr(document: object): Problem[] {
  const misshapen = checkShape(document);
  if (misshapen.length > 0) return misshapen;
  const ir = document as Ir;
  const components = Object.entries(ir.components ?? {});
  return [
    ...checkHead(ir),
    ...checkDag(ir, ir.root, 'root'),
    ...components.flatMap(([name, component]) => [
      ...checkDag(ir, component, `components.${name}`),
      ...checkExecutor(ir, name, component),
      ...checkArtifacts(name, component),
    ]),
    ...checkNesting(ir),
    ...checkSize(ir),
  ];
}

function checkHead({ sdkVersion, pipelineInfo: { name }, root }: Ir): Problem[] {
  return [
    ...when(!sdkVersion.startsWith('kfp-'), {
      path: 'sdkVersion',
      got: show(sdkVersion),
      expected: 'a text that begins with kfp-',
      fix: 'correct it',
    }),
    ...when(!/^[a-z0-9][a-z0-9-]{0,127}$/.test(name), {
      path: 'pipelineInfo.name',
      got: `the name ${show(name)}`,
      expected: 'lower-case letters, digits and hyphens, not beginning with a hyphen; at most 128',
      fix: 'rename it',
    }),
    ...when(root.dag === undefined, {
      path: 'root',
      got: 'an executor',
      expected: 'tasks',
      fix: 'make a task of it, with a component of its own',
    }),
  ];
}

/** Of the artifacts that a task of this component reads and writes. */
function checkArtifacts(name: string, { inputDefinitions, outputDefinitions }: IrComponent): Problem[] {
  const count =
    Object.keys(inputDefinitions?.artifacts ?? {}).length + Object.keys(outputDefinitions?.artifacts ?? {}).length;
  return when(count > MOST.taskArtifacts, {
    path: `components.${name}`,
    got: `${count} artifacts as inputs and outputs`,
    expected: `at most ${MOST.taskArtifacts} together`,
    fix: 'gather some of them in one',
  });
}

/** A component cannot be part of itself: Vertex AI knows no recursion, and nothing would end it. */
function checkNesting({ components = {} }: Ir): Problem[] {
  const partsOf = (name: string) =>
    Object.values(own(components, name)?.dag?.tasks ?? {}).map(({ componentRef }) => componentRef.name);
  const cycle = findCycle(Object.keys(components), partsOf);
  return when(cycle !== undefined, {
    path: `components.${cycle?.[0]}`,
    got: `a component that holds itself: ${[...(cycle ?? []), cycle?.[0]].join(' → ')}`,
    expected: 'components that hold others',
    fix: 'take it out',
  });
}

/** As written: what a loop makes of a task is not known. */
function checkSize(ir: Ir): Problem[] {
  const components = ir.components ?? {};
  const tasks = [ir.root, ...Object.values(components)].flatMap(({ dag }) => Object.values(dag?.tasks ?? {}));
  const artifacts = tasks.reduce(
    (sum, { componentRef }) =>
      sum + Object.keys(own(components, componentRef.name)?.outputDefinitions?.artifacts ?? {}).length,
    0,
  );
  return [
    ...when(tasks.length > MOST.tasks, {
      path: 'root.dag.tasks',
      got: `${tasks.length} tasks`,
      expected: `at most ${MOST.tasks}`,
      fix: 'do in one task what is done in several',
    }),
    ...when(artifacts > MOST.artifacts, {
      path: 'root.dag.tasks',
      got: `${artifacts} artifacts`,
      expected: `at most ${MOST.artifacts}`,
      fix: 'gather outputs in one',
    }),
  ];
}
