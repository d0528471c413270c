/** The record in a bucket, on fake-gcs-server: as somebody else understands Google's storage. */
import { Google } from '../../constructs/gcp/google.runtime';
import { GcsStore } from '../../constructs/gcp/store.runtime';
import { storeContract, type Bucket } from '../cloud/store-contract';
import { startGcs, type Gcs } from './gcs';

let gcs: Gcs;
let bucket: Bucket;
const names: string[] = Array.from({ length: 20 }, (_, i) => `record-${i}`);

beforeAll(async () => {
  gcs = await startGcs(names);
});
afterAll(() => gcs.stop());

beforeEach(() => {
  const auth = { getRequestHeaders: async () => new Headers({ authorization: 'Bearer nobody' }) };
  const google = new Google({ auth, location: 'europe-west4', urls: { storage: gcs.url } });
  const store = new GcsStore(google, names.pop()!);
  bucket = {
    store,
    put: (path, text) => store.put(path, text, 'text/plain'),
    text: async (path) => (await store.readText(path))!.value,
    now: () => expect.any(Number) as unknown,
  };
});

storeContract(() => bucket);
