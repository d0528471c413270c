/** The bike rentals on AWS: `npx cdk deploy`. */
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import { AwsMlops, type AwsOptions } from '../constructs/aws';
import { bikeRentals } from './bike-rentals/spec';

export function bikeRentalsOnAws(app: App, options: Partial<AwsOptions> = {}): Stack {
  const stack = new Stack(app, 'bike-rentals', { description: 'How many bikes are rented in an hour?' });
  new AwsMlops(stack, 'Mlops', bikeRentals, { root: join(__dirname, 'bike-rentals'), ...options });
  return stack;
}

if (require.main === module) bikeRentalsOnAws(new App());
