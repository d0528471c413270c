/** Snapshots of CloudFormation templates that change when the system changes, and only then. */
import { stringify } from 'yaml';
import { UserError } from '../constructs/spec/problem';
import { opened, shortened } from './embedded';
import { sorted, type JsonObject } from './json';
import { named } from './placeholders';

/**
 * A synthesized template: `Template.fromStack(stack)` of `aws-cdk-lib/assertions`, its `toJSON()`, or a parsed
 * `*.template.json`.
 */
export type TemplateLike = { toJSON(): object } | Readonly<Record<string, unknown>>;

/**
 * The template, whole, as the same bytes on every machine and after every rebuild of the same system:
 *
 * - digests of assets are `<asset of OWNER>`, after the first resource that uses them; the bucket and repository of
 *   `cdk bootstrap` are `<asset bucket>` and `<asset repository>`, its version check `<bootstrap version>`;
 * - `deployment` and `revision` of the loop, digests over what stands elsewhere in the template, are `<deployment>` and
 *   `<revision>`;
 * - ids that end with a digest of the contents, such as those of Lambda versions, end with `<contents>`;
 * - paths of this machine are `<project>` and `<path>`, and CDK's own statistics are left out;
 * - texts that are JSON, such as pipeline definitions and dashboards, are opened below a key `<json>`;
 * - joins without a separator are written as `Fn::Sub`, which means the same, and as a text below `<join>` where they hold
 *   more than references;
 * - keys are sorted.
 *
 * A digest that the program pins itself (`sha256:…`) stays.
 *
 * @throws UserError where it is given something else than a template.
 */
export function normalizedTemplate(template: TemplateLike): JsonObject {
  return shortened(structured(template)) as JsonObject;
}

/** The same, with what remains of joins as CloudFormation has it. */
export const structured = (template: TemplateLike): JsonObject =>
  sorted(named(opened(plain(template)) as JsonObject)) as JsonObject;

/**
 * `normalizedTemplate` as YAML, for a snapshot: `expect(snapshotOf(Template.fromStack(stack))).toMatchSnapshot()`.
 *
 * @throws UserError where it is given something else than a template.
 */
export function snapshotOf(template: TemplateLike): string {
  return stringify(normalizedTemplate(template), { lineWidth: 0, aliasDuplicateObjects: false });
}

function plain(template: TemplateLike): JsonObject {
  // A CDK stack is a common mistake, and a graph that JSON cannot hold.
  const document = 'toJSON' in template || 'Resources' in template ? JSON.stringify(template) : '{}';
  const parsed = JSON.parse(document) as JsonObject;
  if (typeof parsed['Resources'] === 'object' && parsed['Resources'] !== null) return parsed;
  throw new UserError(
    'This is no CloudFormation template: it has no Resources. Of a CDK stack, give Template.fromStack(stack).',
  );
}
