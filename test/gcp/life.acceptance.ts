/**
 * The whole system through its life with Pulumi's real engine, against a STUB of Google Cloud: what is shown is what the engine would
 * ask Google for, and never that Google would do it.
 */
import type { MlopsSpec } from '../..';
import { GcpMlops } from '../../constructs/gcp';
import { deployed } from '../cases/edits';
import { Engine, type Outcome } from '../pulumi/engine';
import { Stub } from '../pulumi/stub';
import { caseFolder } from '../targets/files';
import { EDITS, withAnother, type Edit } from './edits';
import { GIVEN, IMAGE, systemOf } from './program';
import { GCP_RULES } from './stub-rules';
import { gcpSchema } from './used-types';

const root = caseFolder();
const schemas = [gcpSchema()];

let stub: Stub;
let engine: Engine;

// The SDK takes a stack trace for each of its thousands of promises.
Error.stackTraceLimit = 0;

async function start(): Promise<void> {
  stub = await Stub.start({
    packages: [{ name: 'gcp', schema: schemas[0]!, rules: GCP_RULES }],
    project: GIVEN.project,
    projectNumber: GIVEN.projectNumber,
    region: GIVEN.location,
  });
  engine = await Engine.start({ stub, schemas });
}

function stop(): void {
  engine.close();
  stub.close();
}

const system =
  ({ spec = (same) => same, options = {} }: Edit = {}, of: MlopsSpec = deployed) =>
  async () => ({ ...systemOf(spec(of), root, { image: IMAGE, ...options }).outputs });

const done = ({ changes }: Outcome): string[] => changes.map(({ operation, resource }) => `${operation} ${resource}`);

/** What cannot be made again with what is in it. */
const STATEFUL = /^(Bucket|Dataset|Repository|AiEndpoint|KeyRing|CryptoKey) /;
const lost = ({ changes }: Outcome): string[] =>
  changes
    .filter(({ operation, resource }) => /replace|delete|discard/.test(operation) && STATEFUL.test(resource))
    .map(({ operation, resource }) => `${operation} ${resource}`);

describe('deployed once', () => {
  beforeAll(async () => {
    await start();
    const first = await engine.up(system());
    expect(first).toMatchObject({ succeeded: true, diagnostics: [] });
    expect(first.outputs['endpoints']).toEqual({ online: 'shop-online' });
    expect(stub.live().length).toBeGreaterThan(80);
  });
  afterAll(stop);

  test('a second update finds nothing to do', async () => {
    expect(done(await engine.up(system()))).toEqual([]);
  });

  /** The edit takes the noun away: what it held goes with it, but for what is retained. */
  const GOES: Readonly<Record<string, readonly string[]>> = {
    'no endpoint': [
      'delete AiEndpoint shop/endpoints/online/endpoint/endpoint',
      'delete Dataset shop/endpoints/online/endpoint/request-log',
    ],
  };

  test.each(EDITS)('%s: what cannot be made again stays', async (name, edit) => {
    const preview = await engine.preview(system(edit));
    expect(preview).toMatchObject({ succeeded: true, diagnostics: [] });
    expect(preview.changes.length).toBeGreaterThan(0);
    expect(lost(preview).sort()).toEqual(GOES[name] ?? []);
  });

  test('a second model adds its own, and touches nothing else', async () => {
    const { changes } = await engine.preview(system({ spec: withAnother }));
    const others = changes.filter(({ operation }) => operation !== 'create');
    // The component says what it has made, and who is asked for that: no resource.
    expect(others.map(({ resource }) => resource).filter((each) => !/^(Stack|GcpMlops) /.test(each))).toEqual([]);
  });

  test('a system that is called otherwise in the program, and says so, is made anew nowhere', async () => {
    const renamed = async () => {
      new GcpMlops(
        'store',
        deployed,
        { root, ...GIVEN, image: IMAGE, endpoints: WEBHOOK },
        { aliases: [{ name: 'shop' }] },
      );
    };
    const preview = await engine.preview(renamed);
    expect(preview.succeeded).toBe(true);
    expect(preview.changes.filter(({ operation }) => /create|delete|replace/.test(operation))).toEqual([]);
  });

  test('what the loop moves is left alone; what somebody changes by hand is seen, and put right', async () => {
    const live = (type: string) => stub.live().find((each) => each.type.endsWith(`:${type}`))!;
    stub.drift(live('AiEndpoint').id, { trafficSplit: '{"34837":100}' });
    await engine.refresh();
    expect(done(await engine.up(system()))).toEqual([]);
    stub.drift(live('Bucket').id, { publicAccessPrevention: 'inherited' });
    const seen = await engine.refresh();
    expect(done(seen).join()).toContain('Bucket shop/storage/bucket');
    expect(done(await engine.up(system()))).toEqual(['update Bucket shop/storage/bucket']);
  });

  test('taken down, only what is retained is left', async () => {
    const destroyed = await engine.destroy();
    expect(destroyed).toMatchObject({ succeeded: true, diagnostics: [] });
    const left = new Set(stub.live().map(({ type }) => type.split(':').at(-1)));
    expect([...left].sort()).toEqual(['Bucket', 'BucketObject', 'Dataset']);
  });
});

const WEBHOOK = { online: { webhook: `projects/${GIVEN.project}/secrets/FULL_WEBHOOK/versions/latest` } };

describe('from the beginning', () => {
  beforeEach(start);
  afterEach(stop);

  test('what fails half-way is repaired by the next update, and the loop stands back until then', async () => {
    stub.fail('shop/endpoints/online/loop/service');
    const failed = await engine.up(system());
    expect(failed.succeeded).toBe(false);
    expect(
      stub
        .live()
        .map(({ id }) => id)
        .join(),
    ).not.toContain('release.json');
    stub.mend('shop/endpoints/online/loop/service');
    const repaired = await engine.up(system());
    expect(repaired).toMatchObject({ succeeded: true, diagnostics: [] });
    expect(done(repaired).filter((each) => /^(update|delete|replace)/.test(each))).toEqual([]);
    expect(done(repaired).at(-1)).toBe('create BucketObject shop/endpoints/online/loop/release');
  });

  test('nothing is left of a system whose data go with it', async () => {
    await engine.up(system({}, { ...deployed, onDestroy: 'delete' }));
    expect((await engine.destroy()).succeeded).toBe(true);
    const left = stub.live().filter(({ type }) => !type.endsWith(':BucketObject'));
    expect(left.map(({ id }) => id)).toEqual([]);
  });
});
