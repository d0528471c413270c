/** Which system on Google Cloud a command is about: by project, region, spec and environment. */
import { GcpPerson } from './gcp-person';

jest.setTimeout(60_000);

const person = new GcpPerson();
const expectRefusal = person.refuses.bind(person);
let environment: NodeJS.ProcessEnv;

beforeAll(() => person.open());
afterAll(() => person.close());
beforeEach(async () => {
  await person.renew();
  environment = { ...process.env };
});
afterEach(() => person.restore(environment));

describe('the system', () => {
  const here = 'the project shop-project, region europe-west4';

  it('is not there', async () => {
    await person.renew();
    process.env['GOOGLE_CLOUD_REGION'] = 'europe-west1';
    await expectRefusal(
      ['status'],
      69,
      'No loop of shop runs in the project shop-project, region europe-west1. There is none. Deploy it with pulumi up; GOOGLE_CLOUD_PROJECT and GOOGLE_CLOUD_REGION say where to look.',
    );
    process.env['GOOGLE_CLOUD_REGION'] = 'europe-west4';
    person.write({ ...person.spec, name: 'bakery' });
    await expectRefusal(['events'], 69, `No loop of bakery runs in ${here}. There is shop. Deploy it with pulumi up;`);
    person.write(person.spec);
    await expectRefusal(['events', '--stack', 'dev'], 69, `No loop of shop-dev runs in ${here}. There is shop.`);
  });

  it('is one of several environments, named or not', async () => {
    await person.renew({}, { system: 'shop-dev' });
    expect(await person.printed('status')).toContain('shop-dev runs in europe-west4: project shop-project (ready)\n');
    person.addLoop({ system: 'shop-prod' });
    await expectRefusal(
      ['status'],
      64,
      `There are shop-dev, shop-prod in ${here}, all of the spec shop. Name one with --stack, such as --stack dev.`,
    );
    expect(await person.printed('status', '--stack', 'prod')).toContain('shop-prod runs in');
    expect(await person.printed('status', '--stack', 'shop-prod')).toContain('shop-prod runs in');
    person.addLoop({ system: 'shop' });
    expect(await person.printed('status')).toContain(person.heading);
  });

  it('is not another one whose name begins with its own', async () => {
    await person.renew({}, { system: 'shop-tool' });
    person.objects.put(person.cloud.settings.spec, { ...person.spec, name: 'shop-tool' });
    await expectRefusal(
      ['down'],
      64,
      'shop-tool is a system of the spec shop-tool, and the spec is shop. Deploy shop with pulumi up, or name its environment with --stack NAME.',
    );
    person.objects.put(person.cloud.settings.spec, { ...person.spec, name: 'shop' });
    expect(await person.printed('status')).toContain('shop-tool runs in');
  });

  it('has a loop that is not ready', async () => {
    person.addLoop({}, { terminalCondition: { type: 'Ready', state: 'CONDITION_FAILED' } });
    expect(await person.printed('status')).toContain(
      'shop runs in europe-west4: project shop-project (not ready: shop-online-loop)\n',
    );
  });
});

describe('an option that would have no effect', () => {
  it('is --state with Google Cloud', () =>
    expectRefusal(
      ['status', '--state', 'here'],
      64,
      '--state: got "here", and the record of gcp is in its bucket; fix: leave it out.',
    ));
});
