/**
 * Every pipeline definition, as the compiler writes it and as it stands in a template, by AWS's own service model with its
 * patterns, lengths and enums. Needs Python and, the first time, a network; without them it fails.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { botocore, type Complaints } from './botocore';
import { concrete } from './concrete';
import { SYSTEMS, synthesized } from './systems';
import type { Json, JsonObject } from '../../../testing';
import { at, text } from './template';

const ROOT = join(__dirname, '../../..');
const GOLDENS = join(ROOT, 'test/pipelines/golden');
const folder = mkdtempSync(join(tmpdir(), 'mlops-pipelines-'));
let check: Complaints;

afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(async () => {
  check = await botocore();
}, 300_000);

const complaints = (...args: readonly string[]): string => check('check-pipelines.py', ...args);

const goldens = readdirSync(GOLDENS)
  .filter((name) => name.endsWith('.sagemaker.json'))
  .map((name) => join(GOLDENS, name));

/** As they stand in a template, before anything is made readable. */
const definitions = (json: Readonly<Record<string, unknown>>): readonly Json[] =>
  Object.values(json['Resources'] as Readonly<Record<string, JsonObject>>).flatMap((resource) =>
    resource['Type'] === 'AWS::SageMaker::Pipeline'
      ? [at(resource, 'Properties.PipelineDefinition.PipelineDefinitionBody')!]
      : [],
  );

test('what the compiler writes', () => {
  expect(goldens.length).toBeGreaterThan(0);
  expect(complaints(...goldens)).toBe('');
});

test('what stands in the template of every system', () => {
  const files = SYSTEMS.flatMap((system) => {
    const { template, json } = synthesized(system);
    return definitions(json).map((definition, i) => {
      const file = join(folder, `${system.name}-${i}.json`.replaceAll(/[^\w.-]+/g, '-'));
      writeFileSync(file, text(concrete(template, definition)));
      return file;
    });
  });
  expect(files.length).toBeGreaterThan(SYSTEMS.length);
  expect(complaints(...files)).toBe('');
});

test('what is planted is found', () => {
  expect(complaints('--self-test', ...goldens)).toBe('');
});
