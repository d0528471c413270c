/** Cloud Monitoring: time series written and read, and the alerts of policies that watch gauges. */
import type { JsonObject } from '../protos';
import { checkRequest } from '../protos-check';
import type { Clock } from './clock';
import { GoogleError, violated } from './errors';
import type { Route } from './http';
import { Alerts, type Alert, type Policy } from './monitoring-alerts';
import { aggregated } from './monitoring-aggregate';
import { pointsOf, seriesKey, type Series } from './monitoring-series';
import { trafficSeries, type Traffic } from './monitoring-traffic';
import { writtenSeries } from './monitoring-write';
import { seriesFilter } from './monitoring-filter';
import type { FakePubSub } from './pubsub';
import { messageFrom } from './rest';
import type { Place } from './vertex-state';

export class FakeMonitoring {
  /** By what identifies it: metric, resource and their labels. */
  readonly series = new Map<string, Series>();
  private readonly watched: Alerts;

  constructor(
    private readonly place: Place,
    private readonly clock: Clock,
    pubsub: FakePubSub,
  ) {
    this.watched = new Alerts(place, clock, pubsub, this.series);
  }

  /** What an endpoint's requests leave in its metrics. */
  addTraffic(traffic: Traffic): void {
    for (const series of trafficSeries(this.place, { at: this.clock.now, ...traffic })) this.add(series);
  }

  /** What was written to a metric, oldest first. @param labels those of it that must hold. */
  points(type: string, labels: Readonly<Record<string, string>> = {}): readonly Point[] {
    return [...this.series.values()]
      .filter(({ metric }) => metric.type === type && matches(metric.labels, labels))
      .flatMap(({ metric, samples }) => samples.map(({ at, value }) => ({ at, value, labels: metric.labels })));
  }

  /** It rings as long as the newest point is 1. Gives its name. */
  addPolicy = (policy: Policy): string => this.watched.addPolicy(policy);
  /** Newest last. */
  get alerts(): readonly Alert[] {
    return this.watched.alerts.values();
  }
  /** By hand, as a policy that watches something else. @param policy its name. */
  openAlert = (policy: string): void => this.watched.open(policy);
  closeAlert = (policy: string): void => this.watched.close(policy);
  onOpened = (watcher: (alert: Alert) => void): void => this.watched.onOpened(watcher);

  routes = (): readonly Route[] => [
    {
      ...{ call: 'timeSeries.create', method: 'POST', path: '/v3/{name=projects/*}/timeSeries' },
      answer: (call) => this.create(checked(CREATE, messageFrom(CREATE, '*', call))),
    },
    {
      ...{ call: 'timeSeries.list', method: 'GET', path: '/v3/{name=projects/*}/timeSeries' },
      answer: (call) => this.list(checked(LIST, messageFrom(LIST, undefined, call)), call.asOf),
    },
    {
      ...{ call: 'alerts.list', method: 'GET', path: '/v3/{parent=projects/*}/alerts' },
      answer: (call) => this.watched.list(call),
    },
  ];

  private create(request: JsonObject): JsonObject {
    const { good, error } = writtenSeries(request, this.series, this.place, this.clock);
    for (const series of good) this.add(series);
    this.watched.evaluate();
    if (error) throw error;
    return {};
  }

  /** What is written is there for a list when the clock has moved on, at the latest by the lag. */
  private list(request: JsonObject, asOf: number): JsonObject {
    this.within(request.name);
    const wanted = seriesFilter(request.filter as string);
    const { startTime, endTime } = request.interval as { startTime?: string; endTime: string };
    const interval = { from: startTime ? Date.parse(startTime) : undefined, to: Date.parse(endTime) };
    const hits = [...this.series.values()].filter(wanted).map((one) => ({
      ...one,
      samples: one.samples.filter(({ at }) => at <= asOf),
    }));
    const told = request.aggregation
      ? aggregated(hits, interval, request.aggregation)
      : hits.flatMap((one) => pointsOf(one, interval));
    return told.length > 0 ? { timeSeries: told } : {};
  }

  private add(series: Series): void {
    const key = seriesKey(series);
    const samples = [...(this.series.get(key)?.samples ?? []), ...series.samples].sort((a, b) => a.at - b.at);
    this.series.set(key, { ...series, samples });
  }

  private within(name: unknown): void {
    if (name !== `projects/${this.place.project}` && name !== `projects/${this.place.projectNumber}`)
      throw new GoogleError('PERMISSION_DENIED', `Permission denied on ${String(name)}.`);
  }
}

export interface Point {
  /** Milliseconds. */
  readonly at: number;
  readonly value: number;
  readonly labels: Readonly<Record<string, string>>;
}

const CREATE = 'google.monitoring.v3.CreateTimeSeriesRequest';
const LIST = 'google.monitoring.v3.ListTimeSeriesRequest';

function checked(type: string, request: JsonObject): JsonObject {
  const violations = checkRequest(type, request);
  if (violations.length > 0) throw violated(type, violations);
  return request;
}

const matches = (labels: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): boolean =>
  Object.entries(wanted).every(([key, value]) => labels[key] === value);
