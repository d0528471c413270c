/** mlops labels add on AWS. */
import { AwsPerson } from './aws-person';
import { labelsOn } from './cloud-labels';

/** On a busy machine 64 MiB take their time. */
jest.setTimeout(60_000);

const person = new AwsPerson();

beforeAll(() => person.open());
afterAll(() => person.close());
beforeEach(() => person.renew());

labelsOn(person);
