/** A program as people write them, for the smoke test of `Pulumi.yaml`. */
import * as storage from '@pulumi/gcp/storage';

const bucket = new storage.Bucket('bucket', { name: 'shop-from-yaml', location: 'EU' });

export const url = bucket.url;
