/** Cloud Run: services.list and get. https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services */
import type { JsonObject } from '../protos';
import { invalid, notFound } from './errors';
import type { Call, Route } from './http';
import { pageOf } from './pages';
import type { Place } from './vertex-state';

export class FakeRun {
  /** Most entries in a page of a list. */
  page = 100;
  private readonly services = new Map<string, JsonObject>();

  constructor(private readonly place: Place) {}

  addService(id: string, fields: JsonObject = {}): void {
    const { project, location } = this.place;
    const name = `projects/${project}/locations/${location}/services/${id}`;
    const ready = { terminalCondition: { type: 'Ready', state: 'CONDITION_SUCCEEDED' }, generation: '1' };
    this.services.set(name, { uri: `https://${id}-x.a.run.app`, ...ready, ...fields, name });
  }

  routes = (): readonly Route[] => [
    {
      ...{ call: 'services.get', method: 'GET', path: '/v2/{name=projects/*/locations/*/services/*}' },
      answer: ({ params }) => {
        const service = this.services.get(params.name!);
        if (!service) throw notFound(`Resource '${params.name}'`);
        return service;
      },
    },
    {
      ...{ call: 'services.list', method: 'GET', path: '/v2/{parent=projects/*/locations/*}/services' },
      answer: (call) => this.list(call),
    },
  ];

  private list({ params, query }: Call): JsonObject {
    const { parent } = params;
    if (parent!.endsWith('/-')) throw invalid('Location must be a region, it cannot be "-".');
    const unknown = [...query.keys()].filter(
      (name) => !['pageSize', 'pageToken', 'showDeleted', 'fields'].includes(name),
    );
    if (unknown.length > 0) throw invalid(`Invalid JSON payload received. Unknown name "${unknown[0]}".`);
    const hits = [...this.services.values()].filter(({ name }) => (name as string).startsWith(`${parent}/services/`));
    const { entries, ...next } = pageOf(hits, { ...Object.fromEntries(query), parent }, this.page);
    return { services: entries, ...next };
  }
}
