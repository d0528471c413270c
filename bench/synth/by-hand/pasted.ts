/** What a person would have pasted or have lying about: digests, definitions of pipelines, and folders that are built already. */
import { readFileSync } from 'node:fs';
import type { Stack } from 'aws-cdk-lib/core';

export interface Pasted {
  /** Folders and files of the assets. */
  readonly assets: {
    readonly upload: string;
    readonly build: string;
    readonly teardown: string;
    readonly loop: string;
    readonly context: string;
    readonly rows: string;
    readonly code: string;
    readonly launcher: string;
  };
  /** Digests that names and settings hold. */
  readonly code: string;
  readonly launcher: string;
  readonly image: string;
  readonly revision: string;
  readonly deployment: string;
  /** Definitions of pipelines by name, as JSON with `<bucket>`, `<key>`, `<image>` and `<role>` where those stand. */
  readonly definitions: Readonly<Record<string, string>>;
}

export const pasted = JSON.parse(readFileSync(process.env['BENCH_PASTED']!, 'utf8')) as Pasted;

export function definitionOf(stack: Stack, pipeline: string, values: Readonly<Record<string, string>>): string {
  const text = Object.entries(values).reduce(
    (all, [name, value]) => all.replaceAll(`<${name}>`, value),
    pasted.definitions[pipeline]!,
  );
  return stack.toJsonString(JSON.parse(text));
}
