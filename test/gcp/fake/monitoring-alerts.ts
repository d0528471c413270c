/** Alerts of policies. https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alerts */
import type { JsonObject } from '../protos';
import type { Clock } from './clock';
import { Collection } from './collection';
import { invalid } from './errors';
import { filterOf, type Fields } from './filter';
import type { Call } from './http';
import type { Series } from './monitoring-series';
import { ordered, pageOf } from './pages';
import type { FakePubSub } from './pubsub';
import type { Place } from './vertex-state';

export interface Policy {
  readonly displayName: string;
  /** Type of the gauge that it watches. @default - none: a test opens and closes its alerts */
  readonly metric?: string;
  /** Those of the gauge's labels that it looks for. @default {} */
  readonly labels?: Readonly<Record<string, string>>;
  /** @default {} */
  readonly userLabels?: Readonly<Record<string, string>>;
  /** Topic of its notification channel. @default - none */
  readonly topic?: string;
}

export type Alert = JsonObject & {
  readonly name: string;
  readonly state: 'OPEN' | 'CLOSED';
  readonly openTime: string;
  readonly closeTime?: string;
  readonly policy: { readonly name: string; readonly displayName: string; readonly userLabels: JsonObject };
};

const COMPARED = ['=', '!=', '<', '>', '<=', '>='] as const;
const FILTER: Fields = {
  ...{ state: ['=', '!='], openTime: COMPARED, closeTime: COMPARED },
  ...{ 'policy.name': ['=', '!='], 'policy.displayName': ['=', '!='], 'policy.userLabels.*': ['=', '!=', ':'] },
  ...{ 'metric.type': ['='], 'metric.labels.*': ['=', '!='], 'resource.type': ['='] },
};

export class Alerts {
  readonly alerts: Collection<Alert>;
  private readonly policies = new Map<string, Policy>();
  private readonly watchers: ((alert: Alert) => void)[] = [];

  constructor(
    private readonly place: Place,
    private readonly clock: Clock,
    private readonly pubsub: FakePubSub,
    private readonly series: ReadonlyMap<string, Series>,
  ) {
    this.alerts = new Collection(clock);
  }

  addPolicy(policy: Policy): string {
    const name = `projects/${this.place.project}/alertPolicies/${1000 + this.policies.size}`;
    this.policies.set(name, policy);
    this.evaluate();
    return name;
  }

  onOpened(watcher: (alert: Alert) => void): void {
    this.watchers.push(watcher);
  }

  /** Rings where the newest point of a gauge that it watches is 1. */
  evaluate(): void {
    for (const [name, { metric, labels = {} }] of this.policies) {
      if (!metric) continue;
      const watched = [...this.series.values()].filter(
        (one) =>
          one.metric.type === metric &&
          Object.entries(labels).every(([key, value]) => one.metric.labels[key] === value),
      );
      if (watched.some(({ samples }) => samples.at(-1)!.value >= 1)) this.open(name);
      else this.close(name);
    }
  }

  open(name: string): void {
    const policy = this.policies.get(name);
    if (!policy) throw new Error(`There is no policy ${name}`);
    if (this.openOne(name)) return;
    const { metric, labels = {}, userLabels = {}, displayName } = policy;
    const alert: Alert = {
      ...{ name: `projects/${this.place.project}/alerts/0.n${this.alerts.names().length}`, state: 'OPEN' },
      ...{ openTime: this.clock.iso(), policy: { name, displayName, userLabels } },
      resource: { type: 'global', labels: { project_id: this.place.project } },
      ...(metric && { metric: { type: metric, labels } }),
    };
    this.alerts.set(alert.name, alert);
    for (const watcher of this.watchers) watcher(alert);
    this.notify(alert);
  }

  close(name: string): void {
    const alert = this.openOne(name);
    if (!alert) return;
    this.notify(this.alerts.set(alert.name, { ...alert, state: 'CLOSED', closeTime: this.clock.iso() }));
  }

  list({ params, query, asOf }: Call): JsonObject {
    const unknown = [...query.keys()].filter(
      (name) => !['filter', 'orderBy', 'pageSize', 'pageToken', 'fields'].includes(name),
    );
    if (unknown.length > 0) throw invalid(`Invalid JSON payload received. Unknown name "${unknown[0]}".`);
    const request = { ...Object.fromEntries(query), ...params };
    const hits = this.alerts.values(asOf).filter(filterOf(query.get('filter') ?? '', FILTER));
    const sorted = ordered(hits, query.get('orderBy'), ['openTime', 'closeTime'], 'open_time desc');
    const { entries, ...next } = pageOf(sorted, request, 1000);
    return { ...(entries.length > 0 && { alerts: entries }), ...next, totalSize: hits.length };
  }

  private openOne = (policy: string): Alert | undefined =>
    this.alerts.values().find((alert) => alert.policy.name === policy && alert.state === 'OPEN');

  /** https://cloud.google.com/monitoring/support/notification-options#schema-pubsub */
  private notify({ name, state, openTime, policy }: Alert): void {
    const { topic } = this.policies.get(policy.name)!;
    if (!topic) return;
    const incident = {
      ...{
        incident_id: name.split('/').at(-1),
        policy_name: policy.displayName,
        policy_user_labels: policy.userLabels,
      },
      ...{ state: state === 'OPEN' ? 'open' : 'closed', started_at: Math.floor(Date.parse(openTime) / 1000) },
    };
    this.pubsub.publish(topic, JSON.stringify({ version: '1.2', incident }));
  }
}
