/** The parts of a job's body that the loop uses; any other field is refused, as misspelt. */
import { isObject, type JsonObject } from '../protos';
import { GoogleError } from './errors';

/** By path: what is allowed, and of which type. */
const FIELDS: Readonly<Record<string, 'text' | 'boolean' | 'map' | 'list' | 'object'>> = {
  jobReference: 'object',
  'jobReference.projectId': 'text',
  'jobReference.jobId': 'text',
  'jobReference.location': 'text',
  configuration: 'object',
  'configuration.labels': 'map',
  'configuration.jobTimeoutMs': 'text',
  'configuration.query': 'object',
  'configuration.query.query': 'text',
  'configuration.query.useLegacySql': 'boolean',
  'configuration.query.useQueryCache': 'boolean',
  'configuration.query.priority': 'text',
  'configuration.query.maximumBytesBilled': 'text',
  'configuration.query.parameterMode': 'text',
  'configuration.query.queryParameters': 'list',
};

const HOLDS = {
  text: (value: unknown) => typeof value === 'string',
  boolean: (value: unknown) => typeof value === 'boolean',
  map: (value: unknown) => isObject(value) && Object.values(value).every((one) => typeof one === 'string'),
  list: Array.isArray,
  object: isObject,
};

export interface JobBody {
  readonly jobId: string;
  readonly location: string;
  readonly query: string;
  readonly configuration: JsonObject;
}

export function checkJobBody(body: JsonObject, project: string, where: string): JobBody {
  const problems = [...problemsOf(body, '')];
  if (problems.length > 0) throw refused(problems.join('; '));
  const { jobReference, configuration } = body as Readonly<Record<string, JsonObject>>;
  const query = configuration?.query as JsonObject | undefined;
  const { jobId, projectId, location } = (jobReference ?? {}) as Readonly<Record<string, string>>;
  if (!jobId || !/^[\w-]{1,1024}$/.test(jobId)) throw refused(`jobReference.jobId: ${jobId}`);
  if (projectId !== undefined && projectId !== project) throw refused('jobReference.projectId is not that of the path');
  if (location !== where) throw refused(`jobReference.location must be that of the dataset, ${where}, got ${location}`);
  if (!query || typeof query.query !== 'string') throw refused('configuration.query.query is required');
  return { jobId, location, query: query.query, configuration: configuration! };
}

function* problemsOf(value: JsonObject, path: string): Iterable<string> {
  for (const [key, inner] of Object.entries(value)) {
    const at = path ? `${path}.${key}` : key;
    const type = FIELDS[at];
    if (!type) yield `Invalid JSON payload received. Unknown name "${at}"`;
    else if (!HOLDS[type](inner)) yield `${at} must be a ${type}, got ${JSON.stringify(inner)}`;
    else if (type === 'object') yield* problemsOf(inner as JsonObject, at);
  }
}

const refused = (message: string): GoogleError => new GoogleError('INVALID_ARGUMENT', message, { reason: 'invalid' });
