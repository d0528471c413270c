/** Which permission a call takes, as IAM calls it: https://cloud.google.com/iam/docs/permissions-reference */

/** Where it is called otherwise than the path says. */
const OTHERWISE: Readonly<Record<string, string>> = { 'logging entries:list': 'logging.logEntries.list' };

/** @param call method, service and path, as errors of Google's tell them */
export function permissionOf(call: string): string {
  const [method = '', service = '', path = ''] = call.split(' ');
  const other = OTHERWISE[`${service} ${path}`];
  if (other !== undefined) return other;
  if (service === 'storage') return `storage.objects.${verbOf(method, path.endsWith('/o'))}`;
  // An operation has no permission of its own: whoever may see what it is about may see it. [unverified]
  const [resource = '', own] = path.replace(/\/operations\/[^/]+$/, '').split(':');
  const segments = resource.split('/');
  // Names are pairs: `projects/p/locations/l/models/m`.
  const isList = segments.length % 2 === 1;
  const collection = segments.at(isList ? -1 : -2) ?? '';
  // `listVersions` lists.
  return `${service}.${collection}.${own === undefined ? verbOf(method, isList) : own.replace(/[A-Z].*$/, '')}`;
}

function verbOf(method: string, isList: boolean): string {
  if (method === 'GET') return isList ? 'list' : 'get';
  return { POST: 'create', DELETE: 'delete' }[method] ?? 'update';
}
