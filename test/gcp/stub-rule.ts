/** Parts of the rules of the STUB of Google Cloud. */
import type { Rule } from '../pulumi/stub-rules';
import type { WireObject } from '../pulumi/wire';
import * as names from './stub-names';

export const text = (inputs: WireObject, key: string): string => {
  const value = inputs[key];
  return typeof value === 'string' ? value : '';
};

/** A resource of a project and a place, called by a path of its own. */
export const path = (
  inputs: WireObject,
  place: { readonly project: string; readonly region: string },
  kind: string,
  name: string,
) =>
  `projects/${text(inputs, 'project') || place.project}/${kind.replace('{place}', text(inputs, 'location') || text(inputs, 'region') || place.region)}/${text(inputs, name)}`;

/** A member of a policy is made and removed, never changed: mmv1/third_party/terraform/tpgiamresource. [unverified] */
export const iamMember = (on: string): Rule => ({
  source: 'mmv1/third_party/terraform/tpgiamresource/resource_iam_member.go [unverified]',
  replacedOn: 'all',
  id: (inputs) => {
    const condition = inputs['condition'] as WireObject | undefined;
    const parts = [text(inputs, on), text(inputs, 'role'), text(inputs, 'member')];
    return [...parts, ...(condition ? [text(condition, 'title')] : [])].join('/');
  },
  check: names.member,
});

export const mmv1 = (file: string, rule: Omit<Rule, 'source'>): Rule => ({
  source: `mmv1/products/${file}.yaml`,
  ...rule,
});
export const handwritten = (file: string, rule: Omit<Rule, 'source'>): Rule => ({
  source: `mmv1/third_party/terraform/services/${file}`,
  ...rule,
});
