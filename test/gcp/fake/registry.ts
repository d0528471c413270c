/** Artifact Registry: tags.get. https://cloud.google.com/artifact-registry/docs/reference/rest/v1/projects.locations.repositories.packages.tags/get */
import { notFound } from './errors';
import type { Route } from './http';
import type { Place } from './vertex-state';

export interface Tag {
  readonly repository: string;
  /** Of an image with folders: with its slashes. */
  readonly package: string;
  readonly tag: string;
  /** `sha256:…` */
  readonly digest: string;
}

export class FakeRegistry {
  private readonly tags = new Map<string, string>();

  constructor(private readonly place: Place) {}

  addTag({ repository, package: name, tag, digest }: Tag): void {
    const { project, location } = this.place;
    const within = `projects/${project}/locations/${location}/repositories/${repository}/packages/${encodeURIComponent(name)}`;
    this.tags.set(`${within}/tags/${tag}`, `${within}/versions/${digest}`);
  }

  routes = (): readonly Route[] => [
    {
      ...{ call: 'tags.get', method: 'GET' },
      path: '/v1/projects/{project}/locations/{location}/repositories/{repository}/packages/{package}/tags/{tag}',
      answer: ({ params }) => {
        const { project, location, repository, tag } = params;
        const within = `projects/${project}/locations/${location}/repositories/${repository}`;
        const name = `${within}/packages/${encodeURIComponent(params.package!)}/tags/${tag}`;
        const version = this.tags.get(name);
        if (!version) throw notFound(`Tag ${name}`);
        return { name, version };
      },
    },
  ];
}
