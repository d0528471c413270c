/** The record in a bucket of Amazon S3 does what every bucket must do. */
import { storeContract, type Bucket } from '../../cloud/store-contract';
import { FakeS3 } from './fake-s3';

let bucket: Bucket;
beforeEach(() => {
  const s3 = new FakeS3();
  bucket = {
    store: s3.store,
    put: (path, text) => s3.put(path, text),
    text: (path) => s3.text(path),
    now: () => s3.now,
  };
});

storeContract(() => bucket);
