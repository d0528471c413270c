/** Which actions a function's program needs, by the commands of AWS's clients that are left in it when it is bundled. */
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { RoleKind } from './names';

/** What runs as which role. */
export const PROGRAMS = {
  loop: 'loop.handler.runtime.ts',
  teardown: 'teardown.runtime.ts',
  upload: 'upload.runtime.ts',
  builder: 'build.runtime.ts',
} as const satisfies { readonly [K in RoleKind]?: string };

export type Program = keyof typeof PROGRAMS;

/** What IAM calls the services behind the clients. */
const SERVICES: Readonly<Record<string, string>> = {
  application_auto_scaling: 'application-autoscaling',
  cloudwatch: 'cloudwatch',
  codebuild: 'codebuild',
  s3: 's3',
  sagemaker: 'sagemaker',
  secrets_manager: 'secretsmanager',
  sns: 'sns',
};

/** Where an action is not called like the command. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  's3:CopyObject': ['s3:GetObject', 's3:PutObject'],
  's3:ListObjectsV2': ['s3:ListBucket'],
};

const SOURCES = join(__dirname, '../../../constructs/aws');

export function actionsOf(program: Program): ReadonlySet<string> {
  const { outputFiles } = buildSync({
    entryPoints: [join(SOURCES, PROGRAMS[program])],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    external: ['@aws-sdk/*', '@smithy/*'],
  });
  const { text } = outputFiles[0]!;
  const commands = [
    ...text.matchAll(/new import_client_(\w+)\.(\w+)Command\(/g),
    ...text.matchAll(/import_client_(\w+)\.paginate(\w+)\)\(/g),
  ];
  return new Set(
    commands.flatMap(([, client, command]) => {
      const action = `${serviceOf(client!)}:${command!}`;
      return ACTIONS[action] ?? [action];
    }),
  );
}

/** The bundler numbers what several files import. */
function serviceOf(client: string): string {
  const known = Object.keys(SERVICES).find((name) => new RegExp(`^${name}\\d*$`).test(client));
  if (known === undefined) throw new Error(`What IAM calls the service of ${client} is not known: add it to SERVICES.`);
  return SERVICES[known]!;
}
