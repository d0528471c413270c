/** Images that the Docker of this machine builds, by a package that only those install who want that. */
import type { CustomResourceOptions, Resource } from '@pulumi/pulumi';
import type * as DockerBuild from '@pulumi/docker-build';
import { UserError } from '../spec/problem';

/**
 * Throws a UserError where the package is not installed.
 *
 * @param context - from the folder of the stack: its path is part of what Pulumi compares
 */
export const dockerBuild = (name: string, context: string, uri: string, options: CustomResourceOptions): Resource =>
  new (load().Image)(
    name,
    {
      context: { location: context },
      platforms: ['linux/amd64'],
      tags: [uri],
      push: true,
      // Its tag means one image for ever, and a preview builds none.
      buildOnPreview: false,
    },
    options,
  );

function load(): typeof DockerBuild {
  try {
    // An optional peer: loaded by whoever asks for it.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    return require('@pulumi/docker-build') as typeof DockerBuild;
  } catch {
    throw new UserError(
      "image: { kind: 'docker' } needs the package @pulumi/docker-build, which is not installed: npm install @pulumi/docker-build; or leave the building to Cloud Build: image: { kind: 'cloud-build' }",
    );
  }
}
