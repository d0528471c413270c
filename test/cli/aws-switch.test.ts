/** mlops down and mlops up on AWS. */
import { AwsPerson } from './aws-person';
import { switchOn } from './cloud-switch';

jest.setTimeout(60_000);

const person = new AwsPerson();

beforeAll(() => person.open());
afterAll(() => person.close());
beforeEach(() => person.renew());

switchOn(person, {
  removes: 'npx cdk destroy removes the stack',
  without: 'npx cdk destroy removes them without it.',
});
