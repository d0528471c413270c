/** The STUB of Google Cloud knows every resource type in use, and only properties that there are. */
import { GCP_RULES } from './stub-rules';
import { gcpSchema } from './used-types';

const { types, shapes } = gcpSchema();

test('there is a rule for every type in use, and for no other', () => {
  expect(Object.keys(GCP_RULES).sort()).toEqual(Object.keys(types));
});

describe.each(Object.entries(GCP_RULES))('%s', (token, { replacedOn, renewed, named }) => {
  const { inputs, outputs } = types[token]!;

  test('names properties that its type takes', () => {
    const paths = [...(replacedOn === 'all' ? [] : replacedOn), ...(renewed?.on ?? [])];
    const unknown = paths.filter((path) => {
      const [top, below] = path.split('.') as [string, string?];
      const shape = inputs[top]?.shape;
      if (below === undefined || shape === undefined) return shape === undefined;
      return !(typeof shape === 'object' && 'object' in shape && below in shapes[shape.object]!);
    });
    expect(unknown).toEqual([]);
    expect((renewed?.outputs ?? []).filter((name) => !(name in outputs))).toEqual([]);
  });

  test('is named by Pulumi where it has a name that need not be given', () => {
    // A member of a policy has the name of what the policy is on.
    const optional = inputs['name'] !== undefined && !inputs['name'].required && !/IamMember$/i.test(token);
    expect(named ?? false).toBe(optional);
  });
});
