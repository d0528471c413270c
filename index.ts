/** The public surface of `mlops-constructs`: the vocabulary of a spec, and what it is made of. Targets have entry points of their own. */
export * from './constructs/spec';
/** Ready-made components for graphs of one's own. */
export * as steps from './pipelines/steps';
