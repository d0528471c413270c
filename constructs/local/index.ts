/** `mlops-constructs/local`: this machine as a target. */
export * from './mlops';
export { support } from './support';
