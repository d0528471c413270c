/** EXPORT DATA, read by patterns: what the loop asks, not SQL. What is not known fails the job and says so. */
import { isObject, type JsonObject } from '../protos';
import { JobFailure } from './bigquery';

export interface ExportStatement {
  readonly bucket: string;
  /** Of the names of the files: what stands before and after their number. */
  readonly before: string;
  readonly after: string;
  readonly overwrite: boolean;
  /** `<project>.<dataset>.<table>` */
  readonly table: string;
  /** What is selected, in order. */
  readonly columns: readonly string[];
  readonly conditions: readonly string[];
}

const STATEMENT =
  /^\s*EXPORT\s+DATA\s+OPTIONS\s*\(([^)]*)\)\s*AS\s*(\(?)\s*SELECT\s+([\s\S]+?)\s+FROM\s+`([^`]+)`\s*(?:WHERE\s+([\s\S]+?))?\s*(?:ORDER\s+BY\s+[\s\S]+?)?\s*;?\s*$/i;

export function parseExport(text: string, query: JsonObject): ExportStatement {
  if (query.useLegacySql !== false)
    throw new JobFailure(
      'invalidQuery',
      'Encountered "EXPORT": the query is in legacy SQL unless useLegacySql is false.',
    );
  const found = STATEMENT.exec(withParameters(text, query));
  if (!found) throw new JobFailure('invalidQuery', `The fake knows no such query: ${text}`);
  const [, options, opened, columns, table, rest = ''] = found;
  const where = opened ? rest.replace(/\s*\)$/, '') : rest;
  const { uri, format, overwrite } = optionsOf(options!);
  const [, bucket, before, after] = /^gs:\/\/([^/]+)\/([^*]*)\*([^*]*)$/.exec(uri ?? '') ?? [];
  if (!bucket) throw new JobFailure('invalidQuery', `Option uri must be gs://bucket/… with a single *, got ${uri}`);
  if (format !== 'JSON') throw new JobFailure('invalidQuery', `The fake exports JSON only, got ${format}`);
  return {
    ...{ bucket, before: before!, after: after!, overwrite: overwrite === 'true', table: table! },
    columns: splitAt(columns!, ','),
    conditions: splitAt(where, ' AND '),
  };
}

function optionsOf(text: string): Readonly<Record<string, string>> {
  const found = [...text.matchAll(/(\w+)\s*=\s*(?:'([^']*)'|"([^"]*)"|(\w+))/g)];
  const options = found.map(
    ([, name, single, double, plain]) => [name!.toLowerCase(), single ?? double ?? plain!] as const,
  );
  const unknown = options.find(([name]) => !['uri', 'format', 'overwrite'].includes(name));
  if (unknown) throw new JobFailure('invalidQuery', `Unknown option: ${unknown[0]}`);
  return Object.fromEntries(options);
}

/** Named parameters, as literals. */
function withParameters(text: string, { queryParameters = [], parameterMode }: JsonObject): string {
  const parameters = queryParameters as readonly JsonObject[];
  if (parameters.length > 0 && parameterMode !== 'NAMED')
    throw new JobFailure('invalidQuery', 'parameterMode must be NAMED.');
  return parameters.reduce<string>((query, { name, parameterType, parameterValue }) => {
    const { type } = parameterType as { type: string };
    const value = literal(type, parameterValue as JsonObject);
    return query.replace(new RegExp(`@${String(name)}\\b`, 'g'), () => value);
  }, text);
}

function literal(type: string, { value, arrayValues }: JsonObject): string {
  if (Array.isArray(arrayValues))
    return arrayValues.map((one) => `'${isObject(one) ? String(one.value) : ''}'`).join(', ');
  if (type === 'TIMESTAMP') return `TIMESTAMP '${String(value)}'`;
  return type === 'STRING' ? `'${String(value)}'` : String(value);
}

/** Not within brackets or quotes. */
function splitAt(text: string, separator: string): string[] {
  const parts: string[] = [];
  let [depth, from, quote] = [0, 0, ''];
  const upper = text.replace(/\s/g, ' ').toUpperCase();
  for (let i = 0; i < text.length; i += 1) {
    const letter = text[i]!;
    if (quote) quote = letter === quote ? '' : quote;
    else if (letter === "'" || letter === '"') quote = letter;
    else if (letter === '(' || letter === '[') depth += 1;
    else if (letter === ')' || letter === ']') depth -= 1;
    else if (depth === 0 && upper.startsWith(separator, i)) {
      parts.push(text.slice(from, i).trim());
      from = i + separator.length;
    }
  }
  return [...parts, text.slice(from).trim()].filter(Boolean);
}
