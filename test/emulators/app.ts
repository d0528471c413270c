/** Synthesizes the example's stack into a folder: `tsx app.ts FOLDER VARIANT…`, as stacks/aws.ts does but for the variants. */
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import { AwsMlops, type AwsOptions } from '../../constructs/aws';
import { jsDistance, type MlopsSpec } from '../..';
import { bikeRentalsOnAws } from '../../stacks/aws';
import { bikeRentals } from '../../stacks/bike-rentals/spec';
import type { Variant } from './assembly';
import { ACCOUNT, REGION } from './emulators';

const BY_DIGEST: Partial<AwsOptions> = {
  image: {
    kind: 'digest',
    reference: `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/bike-rentals@sha256:${'0'.repeat(64)}`,
  },
};

function synthesize(outdir: string, variants: readonly string[]): void {
  const has = (variant: Variant) => variants.includes(variant);
  const app = new App({ outdir, analyticsReporting: false });
  const options = {
    ...(has('by-digest') && BY_DIGEST),
    ...(has('without-data') && { datasets: { rentals: { upload: false } } }),
  };
  if (has('changed')) changed(app, options);
  else bikeRentalsOnAws(app, options);
  app.synth();
}

/** The same stack with another threshold of the monitor of the inputs. */
function changed(app: App, options: Partial<AwsOptions>): void {
  const { online } = bikeRentals.endpoints!;
  const { inputs } = online!.monitors!;
  const spec: MlopsSpec = {
    ...bikeRentals,
    endpoints: {
      online: {
        ...online!,
        monitors: {
          ...online!.monitors,
          inputs: { ...inputs, metric: { number: jsDistance(0.3) } } as typeof inputs & {},
        },
      },
    },
  };
  const stack = new Stack(app, 'bike-rentals', { description: 'How many bikes are rented in an hour?' });
  new AwsMlops(stack, 'Mlops', spec, { root: join(__dirname, '../../stacks/bike-rentals'), ...options });
}

const [folder, ...variants] = process.argv.slice(2);
synthesize(folder!, variants);
