/** What a test of your own system needs. No cloud's SDK is loaded: give it what your SDK synthesized. */
export { normalizedTemplate, snapshotOf, type TemplateLike } from './template';
export type { Json, JsonObject } from './json';
