/** Cloud Logging: entries.list. https://cloud.google.com/logging/docs/reference/v2/rest/v2/entries/list */
import type { JsonObject } from '../protos';
import { invalid } from './errors';
import { filterOf } from './filter';
import type { Call, Route } from './http';
import { pageOf } from './pages';

const COMPARED = ['=', '!=', '<', '>', '<=', '>=', ':'] as const;
const FIELDS = {
  ...{ logName: COMPARED, severity: COMPARED, timestamp: COMPARED, insertId: COMPARED, textPayload: COMPARED },
  ...{ 'resource.type': COMPARED, 'resource.labels.*': COMPARED, 'labels.*': COMPARED },
  ...{ 'jsonPayload.*': COMPARED, 'httpRequest.*': COMPARED },
};

export class FakeLogging {
  readonly entries: JsonObject[] = [];
  /** Most entries in a page of a list. */
  page = 1000;

  /** With `timestamp`, `logName`, `resource` and a payload. */
  add(entry: JsonObject): void {
    this.entries.push({ insertId: `entry-${this.entries.length}`, ...entry });
  }

  routes = (): readonly Route[] => [
    { call: 'entries.list', method: 'POST', path: '/v2/entries:list', answer: (call) => this.list(call) },
  ];

  private list(call: Call): JsonObject {
    const request = call.json();
    const known = ['resourceNames', 'filter', 'orderBy', 'pageSize', 'pageToken'];
    const unknown = Object.keys(request).filter((name) => !known.includes(name));
    if (unknown.length > 0) throw invalid(`Invalid JSON payload received. Unknown name "${unknown[0]}".`);
    const { resourceNames, filter, orderBy = 'timestamp asc' } = request as Readonly<Record<string, string>>;
    if (!Array.isArray(resourceNames) || resourceNames.length === 0) throw invalid('resourceNames must be set.');
    if (orderBy !== 'timestamp asc' && orderBy !== 'timestamp desc') throw invalid(`Invalid orderBy ${orderBy}`);
    const hits = this.entries.filter(filterOf(filter, FIELDS));
    hits.sort((a, b) =>
      String(a.timestamp) < String(b.timestamp) ? -1 : String(a.timestamp) > String(b.timestamp) ? 1 : 0,
    );
    if (orderBy.endsWith('desc')) hits.reverse();
    const { entries, ...next } = pageOf(hits, request, this.page);
    return { ...(entries.length > 0 && { entries }), ...next };
  }
}
