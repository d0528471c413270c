/** mlops down and mlops up on Google Cloud. */
import { GcpPerson } from './gcp-person';
import { switchOn } from './cloud-switch';

jest.setTimeout(60_000);

const person = new GcpPerson();

beforeAll(() => person.open());
afterAll(() => person.close());
beforeEach(() => person.renew());

switchOn(person, {
  removes: 'pulumi destroy removes the system',
  without:
    'Without the loop, gcloud ai endpoints undeploy-model takes models off an endpoint: pulumi destroy fails while there is one.',
});
