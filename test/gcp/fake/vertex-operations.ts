/** google.longrunning.Operations: what goes on after the answer, until the clock is there. */
import { fullName, type JsonObject } from '../protos';
import { precondition } from './errors';
import { filterOf } from './filter';
import { pageOf } from './pages';
import { found, statusOf, type Handlers, type Operation, type VertexState, type Work } from './vertex-state';

/** How an operation goes. */
export interface Outcome {
  /** Milliseconds of the clock. */
  readonly takes: number;
  /** It fails at its end, with this, and has no effect. */
  readonly error?: { readonly code: number; readonly message: string } | undefined;
}

export interface OperationTypes {
  readonly response: string;
  readonly metadata: string;
}

export function begun(state: VertexState, work: Work, types: OperationTypes, { takes, error }: Outcome): Operation {
  const name = `${work.of}/operations/${state.number()}`;
  const at = state.clock.iso();
  const typed = (type: string, value: JsonObject): JsonObject => ({
    '@type': `type.googleapis.com/${fullName(type)}`,
    ...value,
  });
  const metadata = (): JsonObject =>
    typed(types.metadata, { genericMetadata: { createTime: at, updateTime: state.clock.iso() } });
  state.operations.set(name, { name, metadata: metadata(), done: false });
  state.clock.in(state.faults.stretched(takes), () => {
    // Cancelled meanwhile.
    if (state.operations.get(name)!.done) return;
    if (error) work.fail();
    const result = error ? { error } : { response: typed(types.response, work.finish()) };
    state.operations.set(name, { name, metadata: metadata(), done: true, ...result });
    state.undo.delete(name);
  });
  const begun = state.operations.get(name)!;
  if (!begun.done) state.undo.set(name, work.fail);
  return begun;
}

export function operationHandlers(state: VertexState): Handlers {
  const operation = (name: unknown): Operation => found(state.operations, state.named(name), 'Operation');
  return {
    GetOperation: ({ name }) => operation(name),

    ListOperations(request, asOf) {
      const parent = state.named(request.name);
      const matches = filterOf(request.filter as string, { done: ['=', '!=', ':'] });
      const hits = state.operations
        .values(asOf)
        .filter(({ name }) => name.startsWith(`${parent}/operations/`))
        .filter(matches);
      const { entries, ...next } = pageOf(hits.reverse(), request, state.page);
      return { operations: entries, ...next };
    },

    CancelOperation({ name }) {
      const { done, ...rest } = operation(name);
      // [unverified] that one that is done is refused; that a cancelled one leaves nothing behind.
      if (done) throw precondition(`Operation ${rest.name} is done.`);
      state.undo.get(rest.name)?.();
      state.operations.set(rest.name, {
        ...rest,
        done: true,
        error: statusOf('CANCELLED', 'Operation was cancelled.'),
      });
      return {};
    },
  };
}
