/** What a person must be allowed for each command on Google Cloud: what it calls, and what writing over an object asks for in turn. */
import { permissionOf } from '../../cli/gcp/permission';
import { LOOP_PERMISSIONS } from '../../constructs/gcp/loop-access';
import type { Logged } from '../gcp/fake/requests';
import { GcpPerson } from './gcp-person';

jest.setTimeout(60_000);

const person = new GcpPerson();

beforeAll(() => person.open());
afterAll(() => person.close());

const FIND = ['run.services.list'];
const READ = ['storage.objects.get', 'storage.objects.list'];
const WRITE = ['storage.objects.create'];
const OVER = ['storage.objects.delete'];
const RUNS = ['aiplatform.pipelineJobs.list'];
const TASKS = ['aiplatform.pipelineJobs.get'];
const VERSIONS = ['aiplatform.models.list'];
const ENDPOINT = ['aiplatform.endpoints.get'];
const LOOKS = ['monitoring.timeSeries.list'];

/** The README's table is this one. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  status: [...FIND, ...READ, ...RUNS, ...TASKS, ...VERSIONS, ...ENDPOINT, ...LOOKS, 'monitoring.alerts.list'],
  events: [...FIND, ...READ],
  logs: [...FIND, ...READ, ...RUNS, ...TASKS],
  'logs train-2': [...FIND, ...READ, ...RUNS, ...TASKS, 'logging.logEntries.list'],
  'logs v1': [...FIND, ...READ, ...VERSIONS, ...ENDPOINT, 'logging.logEntries.list'],
  'approve v3': [...FIND, ...READ, ...WRITE, ...VERSIONS, ...LOOKS],
  'reject v3': [...FIND, ...READ, ...WRITE, ...VERSIONS, ...LOOKS],
  'rollback v1': [...FIND, ...READ, ...WRITE, ...VERSIONS, ...LOOKS],
  train: [...FIND, ...READ, ...WRITE, ...LOOKS],
  'train --wait': [...FIND, ...READ, ...WRITE, ...LOOKS],
  'labels add labels.csv': [...FIND, ...READ, ...WRITE],
  down: [...FIND, ...READ, ...WRITE, ...OVER, ...RUNS, ...TASKS, ...ENDPOINT, ...LOOKS],
  up: [...FIND, ...READ, ...WRITE, ...OVER, ...LOOKS],
};

/**
 * Of each call, as its page tells: https://cloud.google.com/storage/docs/access-control/iam-json,
 * https://cloud.google.com/vertex-ai/docs/general/iam-permissions, https://cloud.google.com/monitoring/access-control,
 * https://cloud.google.com/logging/docs/access-control, https://cloud.google.com/run/docs/reference/iam/permissions.
 * [unverified: `aiplatform.models.list` for the versions of a model, and that whoever may see an endpoint may see an operation of it:
 * no page tells, and there is no permission for one operation]
 */
const PERMISSIONS: Readonly<Record<string, string>> = {
  'services.list': 'run.services.list',
  'objects.get': 'storage.objects.get',
  'objects.list': 'storage.objects.list',
  'objects.insert': 'storage.objects.create',
  'objects.delete': 'storage.objects.delete',
  'PipelineService.ListPipelineJobs': 'aiplatform.pipelineJobs.list',
  'PipelineService.GetPipelineJob': 'aiplatform.pipelineJobs.get',
  'ModelService.ListModelVersions': 'aiplatform.models.list',
  'EndpointService.GetEndpoint': 'aiplatform.endpoints.get',
  'Operations.GetOperation': 'aiplatform.endpoints.get',
  'Operations.ListOperations': 'aiplatform.operations.list',
  'timeSeries.list': 'monitoring.timeSeries.list',
  'alerts.list': 'monitoring.alerts.list',
  'entries.list': 'logging.logEntries.list',
};

/** v1 serves, v2 was trained in vain and nobody has looked since, v3 waits for approval; something was asked for. */
async function busy(): Promise<void> {
  await person.renew({ approval: 'manual' });
  const { objects } = person;
  const ask = (id: string, wish: object) =>
    objects.put(`loop/online/requests/${id}.json`, { id, at: person.now, ...wish });
  await person.look();
  person.trained(1);
  await person.look();
  ask('yes', { kind: 'approve', version: 'v1' });
  await person.look();
  person.changed();
  for (const n of [2, 3]) {
    ask(`more-${n}`, { kind: 'train' });
    await person.look();
    if (n === 2) fail();
    else person.trained(n);
    await person.look();
  }
  // As in a loop that has forgotten: whoever reads finds out what came of the runs.
  objects.delete('loop/online/known/runs.json');
  ask('last', { kind: 'train' });
  objects.put('labels/sales/before.csv', 'order,label\n7,1\n');
}

function fail(): void {
  const { vertex } = person.google;
  const task = {
    taskId: '-7',
    parentTaskId: '-1',
    taskName: 'prepare',
    state: 'FAILED',
    error: { code: 9, message: 'no rows' },
  };
  const executorDetail = { containerDetail: { mainJob: 'projects/1/locations/europe-west4/customJobs/775' } };
  vertex.setJob(person.cloud.shop.jobId('train-2'), { jobDetail: { taskDetails: [{ ...task, executorDetail }] } });
  person.cloud.shop.end('train-2', 'FAILED', 'no rows');
}

/**
 * Writing where an object is takes the right to delete it: https://cloud.google.com/storage/docs/access-control/iam-json. And only who
 * may list is told that an object is not there; others, that they may not read it: https://cloud.google.com/storage/docs/troubleshooting
 */
function inTurn({ call, query, status }: Logged): readonly string[] {
  if (call === 'objects.get') return ['storage.objects.list'];
  const isOver = call === 'objects.insert' && status === 200 && before.has(query['name'] ?? '');
  return isOver ? ['storage.objects.delete'] : [];
}

let before: ReadonlySet<string>;
/** While a command waits, the loop calls too. */
let calls: Logged[];

function take(): void {
  calls.push(...person.google.requests.all);
  person.google.requests.clear();
}

const asked = (): string[] => [...new Set(calls.flatMap((each) => [PERMISSIONS[each.call]!, ...inTurn(each)]))].sort();

test.each(Object.entries(NEEDED))('%s', async (line, needed) => {
  await busy();
  person.folder.write({ 'labels.csv': 'order,sold\n1,4\n' });
  person.folder.pause = async () => {
    take();
    await person.look();
    person.wait(2);
    person.google.requests.clear();
  };
  if (/^(down|up)$/.test(line))
    person.objects.put('loop/online/switch.json', { position: line === 'up' ? 'down' : 'up', at: 0 });
  before = new Set(person.objects.keys());
  calls = [];
  person.google.requests.clear();
  const { code, err } = await person.mlops(...line.split(' '));
  take();
  expect({ code, err: err.replace(/^online: .* still there$/gm, '').trim() }).toEqual({ code: 0, err: '' });
  expect([...new Set(calls.map(({ call }) => call))].filter((call) => !(call in PERMISSIONS))).toEqual([]);
  expect(asked()).toEqual([...needed].sort());
});

test('status after the answer to a deployment was lost lists what goes on at the endpoint too', async () => {
  await person.renew();
  await person.look();
  person.trained(1);
  person.google.faults.once('EndpointService.DeployModel', 'reset-after');
  await expect(person.look()).rejects.toThrow('shop-online:deployModel');
  calls = [];
  person.google.requests.clear();
  expect((await person.mlops('status')).code).toBe(0);
  take();
  expect(asked().filter((each) => !NEEDED['status']!.includes(each))).toEqual(['aiplatform.operations.list']);
});

test('a refusal names the permissions that the table names', () => {
  const location = 'projects/p/locations/l';
  const calls: Readonly<Record<string, string>> = {
    'run.services.list': `GET run ${location}/services`,
    'storage.objects.get': 'GET storage storage/v1/b/record/o/loop%2Fonline%2Fswitch.json',
    'storage.objects.list': 'GET storage storage/v1/b/record/o',
    'storage.objects.create': 'POST storage upload/storage/v1/b/record/o',
    'storage.objects.delete': 'DELETE storage storage/v1/b/record/o/x',
    'aiplatform.pipelineJobs.list': `GET aiplatform ${location}/pipelineJobs`,
    'aiplatform.pipelineJobs.get': `GET aiplatform ${location}/pipelineJobs/j`,
    'aiplatform.models.list': `GET aiplatform ${location}/models/m:listVersions`,
    'aiplatform.operations.list': `GET aiplatform ${location}/endpoints/e/operations`,
    'aiplatform.endpoints.get': `GET aiplatform ${location}/endpoints/e`,
    'monitoring.timeSeries.list': 'GET monitoring projects/p/timeSeries',
    'monitoring.alerts.list': 'GET monitoring projects/p/alerts',
    'logging.logEntries.list': 'POST logging entries:list',
  };
  expect(Object.fromEntries(Object.values(calls).map((call) => [permissionOf(call), call]))).toEqual(calls);
  expect(permissionOf(`GET aiplatform ${location}/endpoints/e/operations/1`)).toBe('aiplatform.endpoints.get');
  expect(Object.keys(calls).sort()).toEqual([...new Set(Object.values(PERMISSIONS))].sort());
});

test('a person needs nothing that changes what Vertex AI has, and is refused nothing that the loop is given for it', () => {
  const needed = [...new Set(Object.values(NEEDED).flat())].filter((each) => each.startsWith('aiplatform.'));
  expect(needed.filter((each) => !/\.(get|list)$/.test(each))).toEqual([]);
  const granted = [...Object.values(LOOP_PERMISSIONS).flat(), 'aiplatform.endpoints.get'];
  expect(needed.filter((each) => !granted.includes(each))).toEqual([]);
});
