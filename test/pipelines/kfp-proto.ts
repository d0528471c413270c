/**
 * Kubeflow's own proto, read strictly: unknown fields, wrong types, unknown words, two of what only one may be there.
 * kfp-ir.binpb is made by scripts/kfp-descriptor.py.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFileRegistry, fromBinary, fromJson, type JsonValue } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

const file = readFileSync(join(__dirname, 'kfp-ir.binpb'));
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, new Uint8Array(file)));
const messageOf = (name: string) => registry.getMessage(`ml_pipelines.${name}`)!;

/** The executors stand in the document as anything at all, and are a message of their own. */
export function problemsOfProto(document: object): string[] {
  const { deploymentSpec } = document as { readonly deploymentSpec?: unknown };
  return [
    ...problemsOf('PipelineSpec', document),
    ...(deploymentSpec === undefined ? [] : problemsOf('PipelineDeploymentConfig', deploymentSpec)),
  ];
}

function problemsOf(name: string, value: unknown): string[] {
  try {
    fromJson(messageOf(name), value as JsonValue, { registry });
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}
