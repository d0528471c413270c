/** The public surface of `mlops-constructs`: the vocabulary of a spec. Targets have entry points of their own. */
export * from './constructs/spec';
