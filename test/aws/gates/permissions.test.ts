/** Every role can do what it is there for, and nothing of what it must never do. */
import { configName, releaseName } from '../../../constructs/aws/release-names';
import { arnOf } from './concrete';
import { FORBIDDEN, toNobody } from './forbidden';
import { actOf, allowed, type Act } from './iam';
import { namesOf, ROLE_KINDS, rolesOf, type RoleKind } from './names';
import { mayPass, NEEDED, OWN_MONITOR } from './needed';
import { EVERY_ROLE, LONGEST, synthesized } from './systems';
import { list, object, ofType, steps, target, type Resource, type Template } from './template';

const { template } = synthesized(EVERY_ROLE);
const names = namesOf(template);

/** A monitor's role is for one monitor; a trial is judged by that of quality. */
const ownMonitor = ({ path }: Resource) => {
  const monitor = /\/Monitors\/([^/]+)\//.exec(path)?.[1] ?? 'quality';
  return (act: Act): Act => JSON.parse(JSON.stringify(act).replaceAll(OWN_MONITOR, monitor)) as Act;
};

/** Acts that a role's policies decide otherwise than they should. */
async function wrong(system: Template, role: Resource, acts: readonly Act[], expected: boolean): Promise<string[]> {
  const own = ownMonitor(role);
  const decided = await Promise.all(
    acts.map((act) => own(act)).map(async (act) => ({ act, may: await allowed(system, role, act) })),
  );
  return decided.filter(({ may }) => may !== expected).map(({ act }) => `${role.path}: ${actOf(act)}`);
}

const ofAll = async (kind: RoleKind, acts: readonly Act[], expected: boolean): Promise<string[]> =>
  (await Promise.all(rolesOf(template, kind).map((role) => wrong(template, role, acts, expected)))).flat();

test.each(ROLE_KINDS)('there is a role for %s', (kind) => {
  expect(rolesOf(template, kind)).not.toEqual([]);
});

test.each(ROLE_KINDS)('%s can do what it needs', async (kind) => {
  expect(await ofAll(kind, NEEDED[kind](names), true)).toEqual([]);
});

test.each(ROLE_KINDS)('%s cannot do what is not its own', async (kind) => {
  expect(await ofAll(kind, FORBIDDEN[kind](names), false)).toEqual([]);
});

test.each(ROLE_KINDS)('%s cannot do what nobody may', async (kind) => {
  expect(await ofAll(kind, toNobody(names), false)).toEqual([]);
});

test.each(ROLE_KINDS)('an administrator in place of %s could do all of it', async (kind) => {
  const [role] = rolesOf(template, kind);
  const everything = { PolicyDocument: { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] } };
  const properties = { ...role!.properties, Policies: [...list(role!.properties['Policies']), everything] };
  // So each act is denied because of the role's policies, and not because the request makes no sense.
  const acts = [...FORBIDDEN[kind](names), ...toNobody(names)];
  expect(await wrong(template, { ...role!, properties }, acts, true)).toEqual([]);
});

test('a pipeline passes the roles of its own jobs to SageMaker, and no other role', async () => {
  const roles = ofType(template, 'AWS::IAM::Role');
  const faults = await Promise.all(
    ofType(template, 'AWS::SageMaker::Pipeline').map(async (pipeline) => {
      const own = new Set(
        steps(template)
          .filter((step) => step.pipeline.id === pipeline.id)
          .map((step) => target(object(step.arguments)['RoleArn'])),
      );
      const role = roles.find(({ id }) => id === target(pipeline.properties['RoleArn']))!;
      const passes = (which: readonly Resource[]) => which.map((it) => mayPass(arnOf(template, it)));
      return [
        ...(await wrong(template, role, passes(roles.filter(({ id }) => own.has(id))), true)),
        ...(await wrong(template, role, passes(roles.filter(({ id }) => !own.has(id))), false)),
      ];
    }),
  );
  expect(faults.flat()).toEqual([]);
});

test('with the longest names, the loop may make and remove what it names', async () => {
  const { template: longest } = synthesized(LONGEST);
  const long = namesOf(longest);
  const [role] = rolesOf(longest, 'loop');
  const acts = [
    ['model', releaseName(long.endpoint, 'v99999-0123abcd'), 'Model'],
    ['endpoint-config', releaseName(long.endpoint, 'v99999-0123abcd'), 'EndpointConfig'],
    ['endpoint-config', configName(long.endpoint, '0123456789abcdef'), 'EndpointConfig'],
    ['endpoint', long.endpoint, 'Endpoint'],
  ].flatMap(([kind, name, noun]) =>
    ['Create', 'Describe', 'Delete']
      .filter((verb) => `${verb}${noun}` !== 'DescribeModel')
      .map((verb) => ({ action: `sagemaker:${verb}${noun}`, resource: long.sagemaker(kind!, name!) })),
  );
  expect(await wrong(longest, role!, acts, true)).toEqual([]);
});
