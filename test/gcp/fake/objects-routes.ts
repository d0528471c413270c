/** The paths of Cloud Storage's JSON API. */
import type { JsonObject } from '../protos';
import { GoogleError, invalid } from './errors';
import { Raw, type Call, type Route } from './http';
import { checkGeneration, media, type FakeObjects, type Kept } from './objects';

const BUCKET = '/storage/v1/b/{bucket}';
const OBJECT = `${BUCKET}/o/{object}`;
const TO = 'b/{toBucket}/o/{toObject}';

export function objectRoutes(objects: FakeObjects): readonly Route[] {
  const read = (call: Call): JsonObject | Raw => {
    const kept = objects.found(call.params.bucket!, call.params.object!);
    checkGeneration(kept, call);
    const generation = call.query.get('generation');
    if (generation !== null && generation !== String(kept.generation))
      throw new GoogleError('NOT_FOUND', `No such object: ${kept.bucket}/${kept.name}#${generation}`, {
        reason: 'notFound',
      });
    if (call.query.get('ifGenerationNotMatch') === String(kept.generation)) return new Raw(304);
    return call.query.get('alt') === 'media' ? media(kept, call.headers.range) : objects.told(kept);
  };
  const copy = (call: Call): Kept => {
    const from = objects.found(call.params.bucket!, call.params.object!);
    const { toBucket, toObject } = call.params;
    checkGeneration(from, call, 'ifSourceGenerationMatch');
    checkGeneration(objects.get(toBucket!, toObject!), call);
    const { contentType, metadata } = from;
    return objects.put(toBucket!, toObject!, from.body, { contentType, ...(metadata && { metadata }) });
  };
  const rewrite = (call: Call): JsonObject => {
    const kept = copy(call);
    const size = String(kept.body.length);
    const done = { kind: 'storage#rewriteResponse', totalBytesRewritten: size, objectSize: size, done: true };
    return { ...done, resource: objects.told(kept) };
  };
  const remove = (call: Call): Raw => {
    const kept = objects.found(call.params.bucket!, call.params.object!);
    checkGeneration(kept, call);
    objects.delete(kept.bucket, kept.name);
    return new Raw(204);
  };
  return [
    { call: 'objects.list', method: 'GET', path: `${BUCKET}/o`, answer: (call) => list(objects, call) },
    { call: 'objects.get', method: 'GET', path: OBJECT, answer: read },
    { call: 'objects.get', method: 'GET', path: `/download${OBJECT}`, answer: read },
    { call: 'objects.insert', method: 'POST', path: `/upload${BUCKET}/o`, answer: (call) => insert(objects, call) },
    { call: 'objects.delete', method: 'DELETE', path: OBJECT, answer: remove },
    { call: 'objects.rewrite', method: 'POST', path: `${OBJECT}/rewriteTo/${TO}`, answer: rewrite },
    {
      call: 'objects.copy',
      method: 'POST',
      path: `${OBJECT}/copyTo/${TO}`,
      answer: (call) => objects.told(copy(call)),
    },
  ];
}

function list(objects: FakeObjects, { params, query }: Call): JsonObject {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const token = query.get('pageToken');
  const after = token ? Buffer.from(token, 'base64url').toString('utf8') : '';
  const [start, end] = [query.get('startOffset') ?? '', query.get('endOffset')];
  const entries = new Map<string, Kept | undefined>();
  for (const name of objects.names(params.bucket!, prefix)) {
    if (name < start || (end && name >= end)) continue;
    const at = delimiter ? name.indexOf(delimiter, prefix.length) : -1;
    const entry = at < 0 ? name : name.slice(0, at + delimiter.length);
    if (entry > after) entries.set(entry, at < 0 ? objects.get(params.bucket!, name) : undefined);
  }
  const most = Math.min(Number(query.get('maxResults') ?? objects.page), objects.page);
  const page = [...entries].slice(0, most);
  const items = page.flatMap(([, kept]) => (kept ? [objects.told(kept)] : []));
  const prefixes = page.flatMap(([name, kept]) => (kept ? [] : [name]));
  return {
    kind: 'storage#objects',
    ...(entries.size > page.length && { nextPageToken: Buffer.from(page.at(-1)![0]).toString('base64url') }),
    ...(prefixes.length > 0 && { prefixes }),
    ...(items.length > 0 && { items }),
  };
}

function insert(objects: FakeObjects, call: Call): JsonObject {
  const bucket = call.params.bucket!;
  const { name, body, contentType, metadata } = uploaded(call);
  if (!name) throw new GoogleError('INVALID_ARGUMENT', 'Required', { reason: 'required' });
  checkGeneration(objects.get(bucket, name), call);
  return objects.told(
    objects.put(bucket, name, body, { ...(contentType && { contentType }), ...(metadata && { metadata }) }),
  );
}

interface Uploaded {
  readonly name: string | null;
  readonly body: Buffer;
  readonly contentType?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

function uploaded(call: Call): Uploaded {
  const { query, headers, body } = call;
  const type = headers['content-type'];
  const name = query.get('name');
  switch (query.get('uploadType') ?? '') {
    case 'media':
      return { name, body, contentType: type };
    case 'multipart': {
      const boundary = /^multipart\/related;\s*boundary="?([^";]+)"?$/.exec(type ?? '')?.[1];
      const [about, content, ...more] = boundary ? partsOf(body, boundary) : [];
      if (!about || !content || more.length > 0)
        throw invalid('A multipart upload must be multipart/related, of two parts.');
      const facts = JSON.parse(about.body.toString('utf8')) as Uploaded & { readonly contentType?: string };
      return { ...facts, name: facts.name ?? name, body: content.body, contentType: facts.contentType ?? content.type };
    }
    default:
      throw new GoogleError('UNIMPLEMENTED', `The fake has no upload of type ${query.get('uploadType')}.`);
  }
}

/** https://www.rfc-editor.org/rfc/rfc2046#section-5.1 */
function partsOf(body: Buffer, boundary: string): { readonly type: string | undefined; readonly body: Buffer }[] {
  // Texts of one byte a character, so that bytes stay what they are.
  const sections = `\r\n${body.toString('latin1')}`.split(`\r\n--${boundary}`).slice(1, -1);
  return sections.map((section) => {
    const end = section.indexOf('\r\n\r\n');
    const type = /^content-type:\s*(.*)$/im.exec(section.slice(0, end))?.[1]?.trim();
    return { type, body: Buffer.from(section.slice(end + 4), 'latin1') };
  });
}
