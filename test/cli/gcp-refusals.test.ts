/** What goes wrong between a person and Google Cloud, and what they are told: the permission, the way out, an exit code; no stack trace. */
import { GcpPerson } from './gcp-person';

jest.setTimeout(60_000);

const person = new GcpPerson();
let environment: NodeJS.ProcessEnv;

beforeAll(() => person.open());
afterAll(() => person.close());
beforeEach(async () => {
  await person.renew();
  environment = { ...process.env };
});
afterEach(() => {
  person.restore(environment);
  person.google.faults.off();
});

const expectRefusal = person.refuses.bind(person);
const LOGIN = 'gcloud auth application-default login';
const SERVICES = /^GET \/v2\/projects\/[^/]+\/locations\/[^/]+\/services$/;

describe('this machine', () => {
  it('has no region', async () => {
    delete process.env['GOOGLE_CLOUD_REGION'];
    await expectRefusal(
      ['status'],
      64,
      'Google Cloud is not told which region. Set GOOGLE_CLOUD_REGION, such as europe-west4.',
    );
    process.env['CLOUDSDK_COMPUTE_REGION'] = 'europe-west4';
    expect(await person.printed('status')).toContain(person.heading);
  });

  it('has no project', async () => {
    delete process.env['GOOGLE_CLOUD_PROJECT'];
    await expectRefusal(['status'], 64, 'Google Cloud is not told which project. Set GOOGLE_CLOUD_PROJECT to its id.');
  });

  it('has credentials that name the project', async () => {
    delete process.env['GOOGLE_CLOUD_PROJECT'];
    const key = { client_email: 'robot@their-project.iam.gserviceaccount.com', private_key: 'x' };
    const file = { type: 'service_account', project_id: 'their-project', ...key };
    person.folder.write({ 'robot.json': JSON.stringify(file) });
    process.env['GOOGLE_APPLICATION_CREDENTIALS'] = `${person.folder.path}/robot.json`;
    // Its key is none: nothing is asked of Google, in that project or another.
    await expectRefusal(['status'], 64, 'The credentials for Google Cloud give no token');
  });

  it('has no credentials', async () => {
    delete process.env['GOOGLE_APPLICATION_CREDENTIALS'];
    process.env['CLOUDSDK_CONFIG'] = person.folder.path;
    process.env['HOME'] = person.folder.path;
    await expectRefusal(
      ['status'],
      64,
      `There are no credentials for Google Cloud. Sign in with ${LOGIN}, or name a file of credentials in GOOGLE_APPLICATION_CREDENTIALS.`,
    );
  });

  it('has a file of credentials that is not there', async () => {
    process.env['GOOGLE_APPLICATION_CREDENTIALS'] = '/nowhere/adc.json';
    await expectRefusal(
      ['status'],
      64,
      /^The credentials for Google Cloud give no token \(.*no such file or directory, lstat '\/nowhere\/adc\.json'\)\. Check GOOGLE_APPLICATION_CREDENTIALS/,
    );
  });

  // https://www.rfc-editor.org/rfc/rfc6749#section-5.2, and https://support.google.com/a/answer/9368756 for the second
  it.each([
    [{ error: 'invalid_grant', error_description: 'Token has been expired or revoked.' }],
    [
      {
        error: 'invalid_grant',
        error_description: 'reauth related error (invalid_rapt)',
        error_subtype: 'invalid_rapt',
      },
    ],
  ])('has credentials that have expired: %j', async (body) => {
    person.signIn.token = { status: 400, body };
    await expectRefusal(
      ['status'],
      64,
      `The credentials for Google Cloud have expired (invalid_grant: ${body.error_description.replace(/\.$/, '')}). Renew them: ${LOGIN}.`,
    );
  });

  it('has credentials that are wrong', async () => {
    person.signIn.token = {
      status: 400,
      body: { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' },
    };
    await expectRefusal(
      ['status'],
      64,
      'The credentials for Google Cloud give no token (invalid_grant: Invalid JWT Signature). Check GOOGLE_APPLICATION_CREDENTIALS and the clock of this machine',
    );
  });

  it('reaches nobody who gives a token', async () => {
    person.signIn.token = undefined;
    await expectRefusal(
      ['status'],
      69,
      /^Google cannot be reached for a token \(.*ENOTFOUND oauth2\.googleapis\.com\)\. Is there a network\?$/,
    );
  });

  it('reaches nothing', async () => {
    const urls = JSON.parse(process.env['MLOPS_GOOGLE_URLS']!) as Record<string, string>;
    process.env['MLOPS_GOOGLE_URLS'] = JSON.stringify({ ...urls, run: 'http://127.0.0.1:2' });
    await expectRefusal(
      ['status'],
      69,
      'Google Cloud cannot be reached for run.services.list (connect ECONNREFUSED 127.0.0.1:2). Is there a network?',
    );
  });
});

describe('Google Cloud', () => {
  const may = 'Ask whoever keeps your permissions for it: the README lists what each command needs.';
  const denied = (permission: string, on: string) =>
    `Permission '${permission}' denied on resource '${on}' (or it may not exist).`;

  it.each([
    ['run.services.list', SERVICES],
    ['storage.objects.list', /^GET \/storage\/v1\/b\/record\/o$/],
    ['storage.objects.get', /^GET \/storage\/v1\/b\/record\/o\/./],
    ['aiplatform.pipelineJobs.list', /\/pipelineJobs$/],
    ['aiplatform.models.list', /:listVersions$/],
    ['aiplatform.endpoints.get', /^GET .*\/endpoints\/shop-online$/],
    ['monitoring.alerts.list', /\/alerts$/],
    ['monitoring.timeSeries.list', /^GET .*\/timeSeries$/],
  ])('does not allow %s, to whom it says', async (permission, at) => {
    const message = denied(permission, 'what');
    person.refusal = { at, status: 403, reason: 'PERMISSION_DENIED', message };
    await expectRefusal(
      ['status'],
      64,
      `Google Cloud does not allow ada@example.com ${permission} (${message.slice(0, -1)}). ${may}`,
    );
    // Google does not always say which.
    person.refusal = { ...person.refusal, message: 'The caller does not have permission' };
    await expectRefusal(
      ['status'],
      64,
      `Google Cloud does not allow ada@example.com ${permission} (The caller does not have permission). ${may}`,
    );
  });

  it('does not say to whom, where the token does not tell', async () => {
    person.signIn.info = { status: 200, body: { expires_in: '3599', scope: 'cloud-platform' } };
    person.refusal = { at: SERVICES, status: 403, message: 'No.' };
    await expectRefusal(
      ['status'],
      64,
      `Google Cloud does not allow the owner of these credentials run.services.list (No). ${may}`,
    );
    person.signIn.info = { status: 500, body: {} };
    await expectRefusal(['status'], 64, 'Google Cloud does not allow the owner of these credentials');
  });

  it('does not allow the quota of a project', async () => {
    person.refusal = {
      ...{ at: SERVICES, status: 403, reason: 'PERMISSION_DENIED' },
      message:
        'Caller does not have required permission to use project theirs. Grant the caller the roles/serviceusage.serviceUsageConsumer role.',
    };
    await expectRefusal(
      ['status'],
      64,
      'Google Cloud does not allow ada@example.com serviceusage.services.use (Caller does not have',
    );
  });

  it.each([
    ['run', SERVICES],
    ['aiplatform', /\/pipelineJobs$/],
    ['monitoring', /^GET .*\/timeSeries$/],
    ['storage', /^GET \/storage\//],
  ])('has not enabled %s', async (api, at) => {
    person.refusal = {
      ...{ at, status: 403, reason: 'PERMISSION_DENIED' },
      message:
        'Some API has not been used in project 123456789012 before or it is disabled. Enable it by visiting ' +
        'https://console.developers.google.com/apis/api/x/overview?project=123456789012 then retry. If you enabled this API recently, ' +
        'wait a few minutes for the action to propagate to our systems and retry.',
    };
    await expectRefusal(
      ['status'],
      64,
      `${api}.googleapis.com is not enabled in the project 123456789012: gcloud services enable ${api}.googleapis.com --project 123456789012. It takes some minutes until it is.`,
    );
  });

  it.each([
    'Your application is authenticating by using local Application Default Credentials. The monitoring.googleapis.com API requires a quota project, which is not set by default.',
    'Google Monitoring API has not been used in project 764086051850 before or it is disabled.',
  ])('asks for a project whose quota is used: %s', async (message) => {
    person.refusal = { at: SERVICES, status: 403, reason: 'PERMISSION_DENIED', message };
    await expectRefusal(
      ['status'],
      64,
      "The credentials name no project whose quota is used, and Google's APIs ask for one: gcloud auth application-default set-quota-project PROJECT.",
    );
  });

  it('has no such region', async () => {
    process.env['GOOGLE_CLOUD_REGION'] = 'europe-west99';
    const message = "Permission denied on 'locations/europe-west99' (or it may not exist).";
    person.refusal = { at: SERVICES, status: 403, reason: 'PERMISSION_DENIED', message };
    await expectRefusal(
      ['status'],
      64,
      `There is no region europe-west99, or it is closed to this project (${message.slice(0, -1)}). GOOGLE_CLOUD_REGION says which region.`,
    );
  });

  it.each([
    "Project 'shop-projekt' not found or deleted.",
    'Project #123456789012 has been deleted.',
    'This API method requires billing to be enabled. Please enable billing on project #1 then retry.',
  ])('has no such project: %s', async (message) => {
    person.refusal = { at: SERVICES, status: 403, reason: 'PERMISSION_DENIED', message };
    await expectRefusal(
      ['status'],
      64,
      `The project cannot be used (${message.slice(0, -1)}). GOOGLE_CLOUD_PROJECT says which one, by its id`,
    );
  });

  it('does not take the token', async () => {
    person.refusal = { at: SERVICES, status: 401, reason: 'UNAUTHENTICATED', message: 'Invalid credentials.' };
    await expectRefusal(
      ['status'],
      64,
      `Google Cloud does not take these credentials (Invalid credentials). Sign in again: ${LOGIN}.`,
    );
  });

  it.each([
    ['run.services.list', 'services.list'],
    ['storage.objects.get', 'objects.get'],
    ['aiplatform.pipelineJobs.list', 'PipelineService.ListPipelineJobs'],
  ])('is too busy for %s', async (permission, call) => {
    person.google.faults.configure({ seed: 1, rate: 1, calls: [call], kinds: ['unavailable'] });
    await expectRefusal(
      ['status'],
      69,
      `Google Cloud does not answer ${permission} now (The service is currently unavailable). Try again later.`,
    );
    person.google.faults.configure({ seed: 1, rate: 1, calls: [call], kinds: ['throttled'] });
    await expectRefusal(
      ['status'],
      69,
      `Google Cloud does not answer ${permission} now (Quota exceeded for requests per minute). Try again in a minute.`,
    );
    person.google.faults.configure({ seed: 1, rate: 1, calls: [call], kinds: ['reset-before'] });
    await expectRefusal(['status'], 69, new RegExp(`^Google Cloud cannot be reached for ${permission} \\(.+\\)\\.`));
  });

  it('is asked again where it was busy for a moment', async () => {
    for (const kind of ['unavailable', 'throttled', 'reset-after'] as const)
      person.google.faults.once('services.list', kind);
    expect(await person.printed('status')).toContain(person.heading);
  });

  it('says something else, which is said as it is', async () => {
    const message = 'The specified bucket does not exist.';
    person.refusal = { at: /^GET \/storage\/v1\/b\/record\/o$/, status: 404, reason: 'NOT_FOUND', message };
    await expectRefusal(
      ['events'],
      1,
      'Google Cloud answered GET storage storage/v1/b/record/o with NOT_FOUND: The specified bucket does not exist',
    );
  });
});
