/** A function's role allows what its program calls, and nothing that it never calls. */
import { actionsOf, PROGRAMS, type Program } from './calls';
import { rolesOf } from './names';
import { holders, identityStatements } from './posture/statements';
import { SYSTEMS, synthesized } from './systems';

const programs = Object.keys(PROGRAMS) as readonly Program[];

/** Of all systems together: some actions are there only with an option. */
const held = (program: Program): ReadonlySet<string> =>
  new Set(
    SYSTEMS.flatMap((system) => {
      const { template } = synthesized(system);
      const roles = rolesOf(template, program).map(({ id }) => id);
      return identityStatements(template)
        .filter((statement) => holders(template, statement).some(({ id }) => roles.includes(id)))
        .flatMap(({ actions }) => actions);
    }),
  );

/** What is checked in the role's name while another call is made, or by the service that runs the function. */
const ON_THE_WAY = [
  'iam:CreateServiceLinkedRole',
  'iam:PassRole',
  'kms:CreateGrant',
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:GenerateDataKey',
  'logs:CreateLogStream',
  'logs:PutLogEvents',
  's3:AbortMultipartUpload',
  's3:ListBucket',
  'sqs:SendMessage',
];

/** Commands that are left in a program only because they stand in a class with others. */
const NEVER_CALLED: { readonly [P in Program]?: readonly string[] } = {
  teardown: [
    'sagemaker:CreateEndpoint',
    'sagemaker:CreateEndpointConfig',
    'sagemaker:CreateModel',
    'sagemaker:DescribeEndpointConfig',
    'sagemaker:UpdateEndpoint',
    'sagemaker:UpdateEndpointWeightsAndCapacities',
  ],
};

test.each(programs)('%s may call what it calls', (program) => {
  const { [program]: never = [] } = NEVER_CALLED;
  const called = [...actionsOf(program)];
  expect(never.filter((action) => !called.includes(action))).toEqual([]);
  const needed = called.filter((action) => !never.includes(action));
  expect(needed).not.toEqual([]);
  expect(needed.filter((action) => !held(program).has(action)).sort()).toEqual([]);
});

test.each(programs)('%s may call nothing else', (program) => {
  const called = actionsOf(program);
  const unused = [...held(program)].filter((action) => !called.has(action) && !ON_THE_WAY.includes(action));
  expect(unused.sort()).toEqual([]);
});
