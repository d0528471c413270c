/** Whether a job gives what its pipeline's specification asks for. */
import { isObject, type JsonObject } from '../protos';
import { invalid } from './errors';

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  STRING: (value) => typeof value === 'string',
  NUMBER_INTEGER: Number.isInteger,
  NUMBER_DOUBLE: (value) => typeof value === 'number',
  BOOLEAN: (value) => typeof value === 'boolean',
  LIST: Array.isArray,
  STRUCT: isObject,
};

export function checkParameters({ root }: JsonObject, values: JsonObject): void {
  const inputs = isObject(root) && isObject(root.inputDefinitions) ? root.inputDefinitions.parameters : {};
  const declared = (inputs ?? {}) as Readonly<Record<string, JsonObject>>;
  const problems = [
    ...Object.keys(values)
      .filter((name) => !(name in declared))
      .map((name) => `${name} is no parameter of the pipeline`),
    ...Object.entries(declared).flatMap(([name, { parameterType, defaultValue, isOptional }]) => {
      if (!(name in values)) return defaultValue === undefined && !isOptional ? [`${name} is missing`] : [];
      return TYPES[parameterType as string]?.(values[name]) === false
        ? [`${name} must be ${String(parameterType)}`]
        : [];
    }),
  ];
  if (problems.length > 0) throw invalid(`runtime_config.parameter_values: ${problems.join('; ')}`);
}
