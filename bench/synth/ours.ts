/** The example by AwsMlops. Functions are bundled before anything is measured: an installed package brings them built. */
import { BUNDLES, bundle } from '../../constructs/packaging/bundle';

BUNDLES.forEach(bundle);

export { bikeRentalsOnAws as build } from '../../stacks/aws';
