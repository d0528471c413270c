/** References of images in Artifact Registry, the only ones that Vertex AI serves from. */
import { show, when, type Problem } from '../spec/problem';
import type { Place } from './place';

const REFERENCE = /^[a-z0-9-]+-docker\.pkg\.dev(?:\/[a-z0-9._-]+){3,}@sha256:[0-9a-f]{64}$/;

/** https://docs.cloud.google.com/gemini-enterprise-agent-platform/machine-learning/predictions/custom-container-requirements */
export const checkReference = (reference: string, path: string): Problem[] =>
  when(!REFERENCE.test(reference), {
    path,
    got: show(reference),
    expected: 'an image in Artifact Registry by its digest: REGION-docker.pkg.dev/PROJECT/REPOSITORY/NAME@sha256:…',
    fix: 'push it there, and name it by the digest that docker push prints: a tag may mean another image tomorrow',
  });

/** Of an image whose tag is the digest of what goes into it. */
export interface Tag {
  /** Of the repository. */
  readonly repositoryId: string;
  readonly tag: string;
}

/** What the image is called in its repository. */
const PACKAGE = 'model';

export const uriOf = ({ project, location }: Place, { repositoryId, tag }: Tag): string =>
  `${location}-docker.pkg.dev/${project}/${repositoryId}/${PACKAGE}:${tag}`;

/** https://cloud.google.com/artifact-registry/docs/reference/rest/v1/projects.locations.repositories.packages.tags */
export const resourceOf = ({ project, location }: Place, { repositoryId, tag }: Tag): string =>
  `projects/${project}/locations/${location}/repositories/${repositoryId}/packages/${PACKAGE}/tags/${tag}`;
