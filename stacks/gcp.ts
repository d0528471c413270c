/** The bike rentals on Vertex AI. */
import { join } from 'node:path';
import { Config } from '@pulumi/pulumi';
import { GcpMlops, type GcpOptions } from '../constructs/gcp';
import { bikeRentals } from './bike-rentals/spec';

/** Project and region are those of the stack's configuration: `pulumi config set gcp:project …`. */
export function bikeRentalsOnGcp(options: Partial<GcpOptions> = {}): GcpMlops {
  const given = (key: string, config = new Config()) => config.require(key);
  const gcp = new Config('gcp');
  return new GcpMlops('bike-rentals', bikeRentals, {
    root: join(__dirname, 'bike-rentals'),
    project: given('project', gcp),
    projectNumber: given('projectNumber'),
    location: given('region', gcp),
    ...options,
  });
}
