/** A synthesized template, as the gates read it: texts that are JSON are opened, see `mlops-constructs/testing`. */
import type { Json, JsonObject } from '../../../testing';
import { structured } from '../../../testing/template';

export interface Resource {
  /** Logical id. */
  readonly id: string;
  readonly type: string;
  /** Construct path; the id where the template does not tell. */
  readonly path: string;
  readonly properties: JsonObject;
  readonly whole: JsonObject;
}

export interface Template {
  readonly resources: readonly Resource[];
  readonly whole: JsonObject;
}

export function readTemplate(template: Readonly<Record<string, unknown>>): Template {
  const whole = structured(template);
  const resources = Object.entries(object(whole['Resources'])).map(([id, value]) => {
    const resource = object(value);
    const path = object(resource['Metadata'])['aws:cdk:path'];
    return {
      id,
      type: text(resource['Type']),
      path: typeof path === 'string' ? path : id,
      properties: object(resource['Properties']),
      whole: resource,
    };
  });
  return { resources, whole };
}

export const ofType = ({ resources }: Template, ...types: readonly string[]): readonly Resource[] =>
  resources.filter(({ type }) => types.includes(type));

export const object = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};

export function list(value: Json | undefined): readonly Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly Json[]) : [value];
}

export const text = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** `at(properties, 'A.B')` is `properties.A.B`. */
export const at = (value: JsonObject, path: string): Json | undefined =>
  path.split('.').reduce<Json | undefined>((inner, key) => object(inner)[key], value);

/** The resource that a `Ref` or `Fn::GetAtt` points at. */
export function target(value: Json | undefined): string | undefined {
  const { Ref: name, 'Fn::GetAtt': attribute } = object(value);
  const owner = Array.isArray(attribute) ? (attribute[0] as Json) : attribute;
  const id = name ?? (typeof owner === 'string' ? owner.split('.')[0] : undefined);
  return typeof id === 'string' ? id : undefined;
}

/** Every text in a document, with the path to it. */
export function texts(value: Json | undefined, path: readonly string[] = []): { path: string; text: string }[] {
  if (typeof value === 'string') return [{ path: path.join('.'), text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value as JsonObject).flatMap(([key, item]) => texts(item, [...path, key]));
}

/** The steps of all pipelines that the template defines. */
export function steps(template: Template): { pipeline: Resource; name: string; type: string; arguments: JsonObject }[] {
  return ofType(template, 'AWS::SageMaker::Pipeline').flatMap((pipeline) => {
    const definition = object(at(pipeline.properties, 'PipelineDefinition.PipelineDefinitionBody.<json>'));
    return list(definition['Steps']).map((step) => {
      const { Name, Type, Arguments } = object(step);
      return { pipeline, name: text(Name), type: text(Type), arguments: object(Arguments) };
    });
  });
}

/** A text as `Fn::Sub` would write it, with references in it. */
export function written(value: Json | undefined): string {
  if (typeof value === 'string') return value;
  const { Ref: name, 'Fn::GetAtt': attribute, 'Fn::Sub': sub } = object(value);
  if (typeof sub === 'string') return sub;
  if (typeof name === 'string') return `\${${name}}`;
  if (Array.isArray(attribute)) return `\${${attribute.join('.')}}`;
  return value === undefined ? '' : JSON.stringify(value);
}

/** Definitions of jobs that SageMaker's own monitors run, such as `AWS::SageMaker::DataQualityJobDefinition`. */
export const jobDefinitions = ({ resources }: Template): readonly Resource[] =>
  resources.filter(({ type }) => /^AWS::SageMaker::\w+JobDefinition$/.test(type));
