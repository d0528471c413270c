/**
 * What the loop asks of AWS in histories of days, people and faults: each request is valid by AWS's own service model, with its
 * patterns, lengths and enums, and the policies of its role are exactly what these requests need and what has a reason of its own.
 * Needs Python and, the first time, a network; without them it fails.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Stack } from 'aws-cdk-lib/core';
import type { MlopsSpec } from '../../..';
import { AwsMlops } from '../../../constructs/aws';
import { bikeRentals } from '../../../stacks/bike-rentals/spec';
import { botocore, type Complaints } from './botocore';
import { ACCOUNT, REGION } from './concrete';
import type { Act } from './iam';
import { live, type Lived } from './lived';
import { namesOf, rolesOf, type Names } from './names';
import { judge, renamed } from './proof';
import { synthesized, type System } from './systems';
import { UNRECORDED } from './unrecorded';

const HISTORIES = 30;
const folder = mkdtempSync(join(tmpdir(), 'mlops-requests-'));
const { online } = bikeRentals.endpoints!;
let check: Complaints;

/** The example as the histories have it: with an alarm that is somebody else's. */
function example(name: string, asynchronous: boolean): System {
  const { model } = online!;
  const unwatched = {
    model,
    rollout: { steps: [], bake: '2 hours' },
    replicas: { min: 0, max: 3 },
    retrain: { on: [] },
  } as const;
  const spec: MlopsSpec = asynchronous ? { ...bikeRentals, endpoints: { online: unwatched } } : bikeRentals;
  return {
    name,
    make: (app) => {
      const stack = new Stack(app, name);
      const arn = `arn:aws:cloudwatch:${REGION}:${ACCOUNT}:alarm:revenue`;
      const retrainOn = { revenue: cloudwatch.Alarm.fromAlarmArn(stack, 'Revenue', arn) };
      new AwsMlops(stack, 'Mlops', spec, {
        root: join(__dirname, '../../../stacks/bike-rentals'),
        endpoints: { online: { retrainOn, ...(asynchronous && { kind: { kind: 'asynchronous' } }) } },
      });
      return stack;
    },
  };
}

/** With the names that this system's template gives to what the histories have. */
const asIn = (names: Names, acts: readonly Act[]): readonly Act[] =>
  renamed(acts, [
    ['eu-central-1', REGION],
    ['arn:aws:s3:::record', names.bucket],
    [`arn:aws:iam::${ACCOUNT}:role/serve`, names.role('serve')],
    [`arn:aws:sns:${REGION}:${ACCOUNT}:notices`, names.topic],
  ]);

const KINDS = {
  'real-time': { kinds: ['stepped', 'guarded'], system: example('recorded', false) },
  asynchronous: { kinds: ['asynchronous'], system: example('recorded-asynchronous', true) },
} as const;
type Kind = keyof typeof KINDS;
const names = Object.keys(KINDS) as readonly Kind[];
const lived = {} as Record<Kind, Lived>;
const fileOf = (kind: Kind): string => join(folder, `${kind}.json`);

afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(async () => {
  check = await botocore();
  for (const kind of names) {
    lived[kind] = await live(HISTORIES, KINDS[kind].kinds);
    writeFileSync(fileOf(kind), lived[kind].requests);
  }
}, 1_200_000);

describe.each(names)('%s', (kind) => {
  test('the histories end well', () => {
    expect(lived[kind].histories).toBeGreaterThan(3);
    expect(lived[kind].findings).toEqual([]);
  });

  test('each request is one that AWS takes', () => {
    expect(check('check-requests.py', fileOf(kind))).toBe('');
  });

  test('the role may do what was asked in its name, and nothing else without a reason', async () => {
    const { template } = synthesized(KINDS[kind].system);
    const [role] = rolesOf(template, 'loop');
    const findings = await judge(template, role!, asIn(namesOf(template), lived[kind].acts), UNRECORDED);
    expect(findings).toEqual({ refused: [], unexplained: [], needless: [] });
  }, 300_000);
});

test('what is planted into requests is found', () => {
  expect(check('check-requests.py', '--self-test', ...names.map(fileOf))).toBe('');
});
