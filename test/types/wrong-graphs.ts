/** Graphs that must not compile: `tsc` fails where one of these lines is no error any more. */
import { component, externals, graph, steps, type GraphSpec, type Size } from '../..';

const train = component({
  command: ['python', '{in.code}/train.py'],
  inputs: { rows: 'dataset', code: 'code' },
  outputs: { model: 'model', scores: 'metrics' },
  parameters: { depth: 3, kind: 'tree' },
});
const { data, code } = externals;

// @ts-expect-error -- an amount of memory that is no power of 1,024
export const size: Size = '3 GB';

// @ts-expect-error -- code for a dataset
export const swapped = train({ rows: code, code });
// @ts-expect-error -- an input that is not wired
export const unwired = train({ rows: data });
// @ts-expect-error -- an input that the component does not have
export const surplus = train({ rows: data, code, more: data });
// @ts-expect-error -- text for a number
export const mistyped = train({ rows: data, code }, { depth: 'deep' });
// @ts-expect-error -- a parameter that the component does not have
export const unheard = train({ rows: data, code }, { width: 3 });

const trained = train({ rows: data, code }, { depth: 8, kind: 'forest' });
// @ts-expect-error -- an output that the component does not have
export const missing = trained.outputs.mdoel;
// @ts-expect-error -- a model for rows
export const fed = train({ rows: trained.outputs.model, code });
// @ts-expect-error -- a model for the files that one is made of
export const completed = steps.complete({ files: trained.outputs.model, rows: data, code });

const rest = { dataset: 'rows', code: './code', history: '30 days', metric: 'auc', tasks: { trained } } as const;
// @ts-expect-error -- scores for a model
export const registered = graph({ ...rest, register: { model: trained.outputs.scores } });
// @ts-expect-error -- rows from outside for a decision
export const decided = graph({ ...rest, register: { model: trained.outputs.model, decision: data } });
export const right: GraphSpec = graph({
  ...rest,
  register: { model: trained.outputs.model, decision: trained.outputs.scores },
});

// @ts-expect-error -- a kind of artifact that does not exist
export const unknown = component({ command: ['sh'], outputs: { model: 'modle' } });
// @ts-expect-error -- no command
export const idle = component({ command: [], outputs: {} });
