/** Synthesizes one system, with nothing left on disk. */
// CDK's own validator takes seconds; it is a gate of its own.
process.env['CDK_VALIDATION'] = 'false';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { App, Stack } from 'aws-cdk-lib/core';
import { DISABLE_ASSET_STAGING_CONTEXT, PATH_METADATA_ENABLE_CONTEXT } from 'aws-cdk-lib/cx-api';
import type { MlopsSpec } from '../..';
import { AwsMlops, type AwsOptions } from '../../constructs/aws';

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
}

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Metadata?: { readonly 'aws:cdk:path'?: string };
}

export interface Synthesized {
  readonly mlops: AwsMlops;
  readonly template: Template;
}

export type Options = Omit<AwsOptions, 'root'>;

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';

/** Of an image that jobs of SageMaker can pull. */
export const imageReference = (name: string, digest = '0a'.repeat(32)): string =>
  `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/${name}@sha256:${digest}`;

/** The template of a stack that `make` builds. */
export function templateOf(make: (app: App) => Stack): Template {
  const outdir = mkdtempSync(join(tmpdir(), 'mlops-synth-'));
  try {
    const context = { [DISABLE_ASSET_STAGING_CONTEXT]: true, [PATH_METADATA_ENABLE_CONTEXT]: true };
    const app = new App({ outdir, analyticsReporting: false, treeMetadata: false, context });
    const { stackName } = make(app);
    return app.synth().getStackByName(stackName).template as Template;
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** `options` is given the stack, for what must live in one. */
export function synthesize(
  spec: MlopsSpec,
  root: string,
  options: (stack: Stack) => Options = () => ({}),
): Synthesized {
  let mlops: AwsMlops | undefined;
  const template = templateOf((app) => {
    const stack = new Stack(app, 'Case', { env: { account: ACCOUNT, region: REGION } });
    const given = options(stack);
    mlops = new AwsMlops(stack, 'Mlops', spec, { root, ...given, endpoints: withWebhooks(stack, spec, given) });
    return stack;
  });
  return { mlops: mlops!, template };
}

/** A secret for each address that the spec only names. */
function withWebhooks(stack: Stack, spec: MlopsSpec, { endpoints = {} }: Options): NonNullable<Options['endpoints']> {
  const named = Object.entries(spec.endpoints ?? {}).flatMap(([name, { notify }]) =>
    notify && typeof notify.webhook !== 'string' ? [[name, notify.webhook.env] as const] : [],
  );
  return {
    ...endpoints,
    ...Object.fromEntries(
      named.map(([name, variable]) => [
        name,
        { webhook: Secret.fromSecretNameV2(stack, `Webhook-${name}`, variable), ...endpoints[name] },
      ]),
    ),
  };
}
