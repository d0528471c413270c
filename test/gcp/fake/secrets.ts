/** Secret Manager: versions.access. https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/access */
import type { JsonObject } from '../protos';
import { notFound } from './errors';
import type { Call, Route } from './http';
import type { Place } from './vertex-state';

export class FakeSecrets {
  private readonly secrets = new Map<string, readonly string[]>();

  constructor(private readonly place: Place) {}

  /** Another version. Gives its number. */
  set(secret: string, text: string): string {
    const versions = [...(this.secrets.get(secret) ?? []), text];
    this.secrets.set(secret, versions);
    return String(versions.length);
  }

  routes = (): readonly Route[] => [
    {
      ...{ call: 'versions.access', method: 'GET', path: '/v1/{name=projects/*/secrets/*/versions/*}:access' },
      answer: (call) => this.answer(call),
    },
  ];

  private answer({ params }: Call): JsonObject {
    const [, , , secret, , asked] = params.name!.split('/');
    const versions = this.secrets.get(secret!) ?? [];
    const number = asked === 'latest' ? versions.length : Number(asked);
    const text = versions[number - 1];
    if (text === undefined) throw notFound(`Secret Version [${params.name}]`);
    return {
      name: `projects/${this.place.projectNumber}/secrets/${secret}/versions/${number}`,
      payload: { data: Buffer.from(text).toString('base64') },
    };
  }
}
