/**
 * Registry: the versions of one pipeline's model. Vertex AI makes the model when its first version is uploaded, which is the loop's, so
 * that nothing is provisioned and nothing is deleted: one that exists is named here, and its next version is ours.
 */

export interface Registry {
  /** Of the model, which all of its versions have in common: a letter, then at most 62 lower-case letters, digits, hyphens, underscores. */
  readonly modelId: string;
}
