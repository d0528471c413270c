/** mlops labels add on Google Cloud. */
import { GcpPerson } from './gcp-person';
import { labelsOn } from './cloud-labels';

/** On a busy machine 64 MiB take their time. */
jest.setTimeout(60_000);

const person = new GcpPerson();

beforeAll(() => person.open());
afterAll(() => person.close());
beforeEach(() => person.renew());

labelsOn(person);
