/** The example by GcpMlops. */
import { bikeRentalsOnGcp } from '../../stacks/gcp';

export const build = () => bikeRentalsOnGcp().outputs;
