/** Writes a graph of one's own in TypeScript: wiring that does not fit does not compile. What comes out is plain data. */
import type { ArtifactKind } from './component';
import { TRAINING_EXTERNALS, type ComponentSpec, type GraphSpec, type TaskSpec } from './pipeline';
import { SpecError } from './problem';
import type { Parameters } from './training';

/** A directory that a task writes, or that the run is given. */
export interface Artifact<K extends ArtifactKind = ArtifactKind> {
  readonly kind: K;
  /** Nothing where it comes from outside. */
  readonly task: Task | undefined;
  /** Of the output, or of the directory from outside. */
  readonly name: string;
}

interface Task {
  readonly component: ComponentSpec;
  readonly inputs: Readonly<Record<string, Artifact>>;
  readonly parameters: Parameters;
}

/** One use of a component. Its outputs are the inputs of others. */
export interface TaskOf<C extends ComponentSpec> extends Task {
  readonly outputs: Wired<C['outputs']>;
}

type Wired<Kinds> = { readonly [Name in keyof Kinds]: Artifact<Kinds[Name] & ArtifactKind> };
type Widened<T> = T extends number ? number : T extends boolean ? boolean : string;
type Changed<Values> = { readonly [Name in keyof Values]?: Widened<Values[Name]> };

/** Makes tasks of the component: what each input is wired to, and parameters that differ from the component's own. */
export type Use<C extends ComponentSpec> = (
  inputs: Wired<C['inputs']>,
  parameters?: Changed<C['parameters']>,
) => TaskOf<C>;

export function component<const C extends ComponentSpec>(spec: C): Use<C> {
  return (inputs, parameters = {}) => {
    const task: { outputs?: object } & Task = { component: spec, inputs, parameters: parameters as Parameters };
    task.outputs = Object.fromEntries(
      Object.entries(spec.outputs).map(([name, kind]) => [name, { kind, task, name } satisfies Artifact]),
    );
    return task as TaskOf<C>;
  };
}

const external = <K extends ArtifactKind>(name: string, kind: K): Artifact<K> => ({ kind, task: undefined, name });

/** What every training run is given: the dataset's rows, the code, and the model that serves (or a folder with `none.json`). */
export const externals = {
  data: external('data', TRAINING_EXTERNALS.data),
  code: external('code', TRAINING_EXTERNALS.code),
  champion: external('champion', TRAINING_EXTERNALS.champion),
} as const;

export interface GraphOptions extends Omit<GraphSpec, 'kind' | 'tasks' | 'register'> {
  readonly tasks: Readonly<Record<string, Task>>;
  readonly register: {
    readonly model: Artifact<'model'>;
    readonly decision?: Artifact<'metrics'> | false;
  };
}

/** A pipeline of one's own. Throws a SpecError where a task is used that is not among `tasks`. */
export function graph({ tasks, register: { model, decision = false }, ...rest }: GraphOptions): GraphSpec {
  const names = new Map(Object.entries(tasks).map(([name, task]) => [task, name]));
  const nameOf = ({ task, name }: Artifact, path: string): string => {
    if (!task) return name;
    const found = names.get(task);
    if (found !== undefined) return `${found}.${name}`;
    const got = `the output ${name} of a task that is not among the tasks (${task.component.command.join(' ')})`;
    throw new SpecError('graph', [{ path, got, expected: 'a task of this graph', fix: 'add that task to tasks' }]);
  };
  const specOf = ({ component, inputs, parameters }: Task, path: string): TaskSpec => ({
    component,
    inputs: mapped(inputs, (artifact, input) => nameOf(artifact, `${path}.inputs.${input}`)),
    parameters,
  });
  return {
    kind: 'graph',
    ...rest,
    tasks: mapped(tasks, (task, name) => specOf(task, `tasks.${name}`)),
    register: {
      model: nameOf(model, 'register.model'),
      decision: decision && nameOf(decision, 'register.decision'),
    },
  };
}

const mapped = <T, U>(record: Readonly<Record<string, T>>, change: (value: T, name: string) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
