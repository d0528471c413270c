/** The bike rentals with Pulumi: `pulumi up`. */
import { bikeRentalsOnGcp } from './gcp';

export const { bucket, endpoints, loops, pipelines, registries, topic } = bikeRentalsOnGcp().outputs;
