/** stacks/aws.ts with a spec whose keys are written the other way round. */
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import { AwsMlops } from '../../constructs/aws';
import { bikeRentals } from '../../stacks/bike-rentals/spec';
import { reversed } from '../targets/sensitivity';

const stack = new Stack(new App(), 'bike-rentals', { description: 'How many bikes are rented in an hour?' });
new AwsMlops(stack, 'Mlops', reversed(bikeRentals), { root: join(__dirname, '../../stacks/bike-rentals') });
