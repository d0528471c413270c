/** What is changed in a synthesized template so that an emulator can take it, and nothing else. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}
export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly Rules?: Readonly<Record<string, unknown>>;
}

/**
 * What an emulator has or has not: a resource's type, but for all custom resources, which are one kind, and for alarms on an
 * expression, which are another kind than alarms on one metric.
 */
export function kindOf({ Type, Properties }: Resource): string {
  if (Type.startsWith('Custom::')) return 'Custom::*';
  return Type === 'AWS::CloudWatch::Alarm' && Properties?.['Metrics'] ? `${Type} of Metrics` : Type;
}

/** Without the check that `cdk bootstrap` was run: its parameter is what moto fails on at an update. */
export const withoutBootstrapRule = ({ Parameters = {}, ...template }: Template): Template => ({
  ...omit(template, ['Rules']),
  Parameters: omit(Parameters, ['BootstrapVersion']),
});

const omit = <T extends object>(from: T, names: readonly string[]): T =>
  Object.fromEntries(Object.entries(from).filter(([name]) => !names.includes(name))) as T;

/** Properties by type of resource. */
export type Properties = Readonly<Record<string, readonly string[]>>;

export function withoutProperties(template: Template, gone: Properties): Template {
  const resources = Object.entries(template.Resources);
  const Resources = Object.fromEntries(resources.map(([id, one]) => [id, without(one, gone[one.Type] ?? [])]));
  return { ...template, Resources };
}

export const without = (resource: Resource, properties: readonly string[]): Resource => ({
  ...resource,
  Properties: omit(resource.Properties ?? {}, properties),
});

const STAND_IN = 'EmulatorStandIn';
const STAND_IN_TYPE = 'Custom::EmulatorStandIn';
const isSageMaker = (kind: string) => kind.startsWith('AWS::SageMaker::');

/**
 * Replaces each resource of these kinds. One of SageMaker becomes a custom resource that makes the same call to the emulator
 * of SageMaker (stand-in.js), with the properties as CloudFormation's emulator resolved them. Any other becomes a handle,
 * which is nothing. `Ref`, `DependsOn` and `DeletionPolicy` keep their meaning, and so does `Fn::GetAtt` of SageMaker's;
 * that of a handle becomes a text that says so. The function behind the custom resources is added; nothing else is touched.
 */
export function withoutKinds(template: Template, kinds: readonly string[]): Template {
  const gone = Object.entries(template.Resources).filter(([, resource]) => kinds.includes(kindOf(resource)));
  const handles = gone.flatMap(([id, resource]) => (isSageMaker(kindOf(resource)) ? [] : [id]));
  const replacements = gone.map(([id, resource]) => [id, handles.includes(id) ? handle(resource) : standIn(resource)]);
  const Resources = { ...template.Resources, ...Object.fromEntries(replacements), [STAND_IN]: standInFunction() };
  return withoutAttributes({ ...template, Resources }, handles) as Template;
}

const handle = (resource: Resource): Resource => ({
  ...omit(resource, ['Properties']),
  Type: 'AWS::CloudFormation::WaitConditionHandle',
});

const standIn = ({ Type, Properties = {}, ...rest }: Resource): Resource => ({
  ...rest,
  Type: STAND_IN_TYPE,
  Properties: { ServiceToken: { 'Fn::GetAtt': [STAND_IN, 'Arn'] }, Type, Of: Properties },
});

const standInFunction = (): Resource => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Role: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/nobody' },
    Timeout: 30,
    Code: { ZipFile: readFileSync(join(__dirname, 'stand-in.js'), 'utf8') },
  },
});

/** With a text in the place of each attribute of resources of these kinds, which are not created. */
export function withoutAttributesOf(template: Template, kinds: readonly string[]): Template {
  const gone = Object.entries(template.Resources).flatMap(([id, one]) => (kinds.includes(kindOf(one)) ? [id] : []));
  return withoutAttributes(template, gone) as Template;
}

function withoutAttributes(node: unknown, handles: readonly string[]): unknown {
  if (Array.isArray(node)) return node.map((item) => withoutAttributes(item, handles));
  if (typeof node !== 'object' || node === null) return node;
  const attribute = (node as { readonly 'Fn::GetAtt'?: readonly [string, string] })['Fn::GetAtt'];
  if (attribute && handles.includes(attribute[0])) return `not created: ${attribute.join('.')}`;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, withoutAttributes(value, handles)]));
}

/** One resource alone, with texts for all that it refers to: enough to see whether an emulator knows its type. */
export function alone(resource: Resource): Template {
  const Properties = withoutReferences(resource.Properties ?? {}) as Readonly<Record<string, unknown>>;
  return { Resources: { Tried: { Type: resource.Type, Properties } } };
}

function withoutReferences(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutReferences);
  if (typeof node !== 'object' || node === null) return node;
  const [key] = Object.keys(node);
  if (key === 'Ref' || key?.startsWith('Fn::'))
    return `arn:aws:tried:eu-west-1:123456789012:${key.replace('Fn::', '')}`;
  return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, withoutReferences(value)]));
}
