/** What stands in braces in a text of the intermediate representation, and whether there is such a thing. */
import { show, type Problem } from '../../constructs/spec/problem';

/** Names that may be referred to. */
export interface Scope {
  readonly inputParameters: readonly string[];
  readonly inputArtifacts: readonly string[];
  readonly outputParameters: readonly string[];
  readonly outputArtifacts: readonly string[];
}

/** Without a name of the user's. Those of `pipeline_google_cloud` are Vertex AI's alone. */
const FIXED = [
  '',
  '.outputs.output_file',
  '.outputMetadataUri',
  '.json_escape[1]',
  '.workspace_path',
  '.pipeline_job_name',
  '.pipeline_job_uuid',
  '.pipeline_job_resource_name',
  '.pipeline_job_create_time_utc',
  '.pipeline_job_schedule_time_utc',
  '.pipeline_task_name',
  '.pipeline_task_uuid',
  '.pipeline_root',
  '.pipeline_google_cloud_project_id',
  '.pipeline_google_cloud_location',
];

const NAMED: readonly { readonly form: RegExp; readonly names: keyof Scope }[] = [
  { form: /^\.inputs\.parameters\['([^']*)'\](\.json_escape\[1\])?$/, names: 'inputParameters' },
  { form: /^\.inputs\.artifacts\['([^']*)'\](\.uri|\.path|\.metadata(\['[^']*'\])?)?$/, names: 'inputArtifacts' },
  { form: /^\.outputs\.parameters\['([^']*)'\]\.output_file$/, names: 'outputParameters' },
  { form: /^\.outputs\.artifacts\['([^']*)'\](\.uri|\.path|\.metadata(\['[^']*'\])?)?$/, names: 'outputArtifacts' },
];

/** All texts in a value, wherever they stand. */
export function checkPlaceholders(value: unknown, scope: Scope, path: string): Problem[] {
  if (typeof value === 'string') return checkText(value, scope, path);
  if (Array.isArray(value)) return value.flatMap((item, i) => checkPlaceholders(item, scope, `${path}[${i}]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => checkPlaceholders(item, scope, `${path}.${key}`));
}

function checkText(text: string, scope: Scope, path: string): Problem[] {
  const conditional = [...text.matchAll(/"IfPresent":\s*\{"InputName":\s*"([^"]*)"/g)].flatMap(([, name = '']) =>
    unknown(name, [...scope.inputParameters, ...scope.inputArtifacts], path),
  );
  const placeholders = [...text.matchAll(/\{\{\$((?:(?!\}\}).)*)(\}\})?/gs)].flatMap(([all, inside = '', end]) =>
    end !== undefined && FIXED.includes(inside) ? [] : checkNamed(all, inside, scope, path),
  );
  return [...conditional, ...placeholders];
}

function checkNamed(all: string, inside: string, scope: Scope, path: string): Problem[] {
  for (const { form, names } of NAMED) {
    const name = form.exec(inside)?.[1];
    if (name !== undefined && all.endsWith('}}')) return unknown(name, scope[names], path);
  }
  const expected = "a placeholder such as {{$.inputs.parameters['name']}} or {{$.outputs.artifacts['name'].path}}";
  return [{ path, got: `${show(all)}, which stands for nothing`, expected, fix: 'correct it' }];
}

const unknown = (name: string, known: readonly string[], path: string): Problem[] =>
  known.includes(name)
    ? []
    : [
        {
          path,
          got: `a placeholder for ${show(name)}`,
          expected: known.length > 0 ? `one of ${known.join(', ')}` : 'none: there is nothing to stand for',
          fix: 'correct the name, or declare it',
        },
      ];
