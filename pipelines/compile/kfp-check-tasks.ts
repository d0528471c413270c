/** The tasks of a component: names, what they refer to, and the order that this leaves them. */
import { dangling, show, when, type Problem } from '../../constructs/spec/problem';
import { checkInputs } from './kfp-check-inputs';
import { checkOutputs, type Surroundings } from './kfp-check-outputs';
import { own, type Ir, type IrComponent, type IrTask } from './kfp-ir';

export function checkDag(ir: Ir, owner: IrComponent, path: string): Problem[] {
  if (!owner.dag) return [];
  const { tasks } = owner.dag;
  const here: Surroundings = { ir, owner, tasks };
  const cycle = findCycle(Object.keys(tasks), (name) => waitsFor(own(tasks, name)));
  return [
    ...Object.entries(tasks).flatMap(([name, task]) => checkTask(here, name, task, `${path}.dag.tasks.${name}`)),
    ...checkOutputs(here, owner.dag, path),
    ...when(cycle !== undefined, {
      path: `${path}.dag.tasks.${cycle?.[0]}`,
      got: `the cycle ${[...(cycle ?? []), cycle?.[0]].join(' → ')}`,
      expected: 'tasks that can be put in an order',
      fix: 'take one of these inputs from somewhere else',
    }),
  ];
}

function checkTask(here: Surroundings, name: string, task: IrTask, path: string): Problem[] {
  const { ir, tasks } = here;
  const component = own(ir.components ?? {}, task.componentRef.name);
  const dependent = task.dependentTasks ?? [];
  return [
    ...when(!/^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(name), {
      path,
      got: `the name ${show(name)}`,
      expected: 'lower-case letters, digits and hyphens, beginning with a letter and not ending with a hyphen',
      fix: 'rename it',
    }),
    ...dangling(`${path}.componentRef.name`, task.componentRef.name, ir.components ?? {}, 'component'),
    ...dependent.flatMap((other, i) => dangling(`${path}.dependentTasks[${i}]`, other, tasks, 'task')),
    ...producersOf(task)
      .filter((producer) => Object.hasOwn(tasks, producer) && !dependent.includes(producer))
      .map((producer) => ({
        path: `${path}.dependentTasks`,
        got: `no ${show(producer)}, whose outputs the task reads`,
        expected: 'all tasks whose outputs it reads',
        fix: 'add it',
      })),
    ...(component ? checkInputs(here, task, component, `${path}.inputs`) : []),
    ...checkCondition(task, path),
  ];
}

/** The inputs that a condition names: `inputs.parameter_values['name']`. */
function checkCondition(task: IrTask, path: string): Problem[] {
  const named = [...(task.triggerPolicy?.condition ?? '').matchAll(/inputs\.parameter_values\['([^']*)'\]/g)];
  return named.flatMap(([, name = '']) =>
    dangling(`${path}.triggerPolicy.condition`, name, task.inputs?.parameters ?? {}, 'input of the task'),
  );
}

export function producersOf({ inputs }: IrTask): string[] {
  const parameters = Object.values(inputs?.parameters ?? {});
  const artifacts = Object.values(inputs?.artifacts ?? {});
  const named = [
    ...parameters.map((source) => (source.taskOutputParameter ?? source.taskFinalStatus)?.producerTask),
    ...artifacts.map((source) => source.taskOutputArtifact?.producerTask),
  ];
  return [...new Set(named.filter((name) => name !== undefined))];
}

const waitsFor = (task: IrTask | undefined): string[] =>
  task ? [...new Set([...(task.dependentTasks ?? []), ...producersOf(task)])] : [];

/** Names in a circle, each waiting for the one before it. */
export function findCycle(names: readonly string[], before: (name: string) => readonly string[]): string[] | undefined {
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(name)) return path.slice(path.indexOf(name));
    if (done.has(name)) return undefined;
    for (const other of before(name)) {
      const cycle = visit(other, [...path, name]);
      if (cycle) return cycle;
    }
    done.add(name);
    return undefined;
  };
  for (const name of names) {
    const cycle = visit(name, []);
    if (cycle) return cycle;
  }
  return undefined;
}
