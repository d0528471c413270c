/** The loop's own figures on Cloud Monitoring, and which of the alert policies on them, or of the user's own, ring. */
import { monitorFails, trainingFails } from '../../runtime/cloud/failing';
import type { Alarms as AlarmsPart } from '../../runtime/cloud/parts';
import type { Run, Time } from '../../runtime/loop/platform';
import { GoogleError } from './google-error.runtime';
import type { Google } from './google.runtime';
import { GAUGE_PREFIX, type Gauge, type LoopSettings } from './settings';

export interface AlarmsOptions {
  readonly google: Google;
  readonly settings: Pick<LoopSettings, 'system' | 'endpoint' | 'project' | 'alarms'>;
  readonly clock: () => Time;
}

/** https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alerts */
interface Alert {
  readonly policy?: { readonly name?: string };
}

interface Told {
  readonly gauge: Gauge;
  readonly is: boolean;
  readonly monitor?: string;
}

/** Points of one series must be so far apart: https://cloud.google.com/monitoring/quotas#custom_metrics_quotas */
const APART_MS = 5_000;
const PAGE = 1000;

export class Alarms implements AlarmsPart {
  /** When each gauge was told last, and what. */
  private readonly last = new Map<string, { readonly is: boolean; readonly at: Time }>();

  constructor(private readonly options: AlarmsOptions) {}

  /** One that is snoozed has no open alerts, and neither has one that is disabled: https://cloud.google.com/monitoring/alerts/snooze */
  async ringing(): Promise<readonly string[]> {
    const { google, settings } = this.options;
    if (Object.keys(settings.alarms).length === 0) return [];
    const open = new Set<string>();
    const query = { filter: 'state="OPEN"', pageSize: PAGE };
    for await (const { policy } of google.pages<Alert>(
      'monitoring',
      `projects/${settings.project}/alerts`,
      'alerts',
      query,
    ))
      open.add(idOf(policy?.name ?? ''));
    return Object.keys(settings.alarms).filter((name) => open.has(idOf(settings.alarms[name]!)));
  }

  async tell(monitor: string, degraded: boolean): Promise<void> {
    await this.put([{ gauge: 'degraded', is: degraded, monitor }]);
  }

  async tellLook(runs: readonly Run[]): Promise<void> {
    await this.put([
      { gauge: 'looked', is: true },
      { gauge: 'run_failed', is: trainingFails(runs) },
      { gauge: 'monitor_failed', is: monitorFails(runs) },
    ]);
  }

  /** What was told just now need not be told again. Where another loop told it, or something else, it is told a little later. */
  private async put(told: readonly Told[]): Promise<void> {
    const { google, clock } = this.options;
    const news = told.filter((one) => {
      const before = this.last.get(keyOf(one));
      return before?.is !== one.is || clock() - before.at >= APART_MS;
    });
    if (news.length === 0) return;
    try {
      await this.write(news);
    } catch (error) {
      if (!(error instanceof GoogleError) || error.status !== 400) throw error;
      await google.pace.sleep(APART_MS);
      await this.write(news);
    }
  }

  private async write(told: readonly Told[]): Promise<void> {
    const { google, settings, clock } = this.options;
    const at = clock();
    const body = { timeSeries: told.map((one) => this.series(one, at)) };
    await google.call('monitoring', 'POST', `projects/${settings.project}/timeSeries`, { body, repeatable: true });
    for (const one of told) this.last.set(keyOf(one), { is: one.is, at });
  }

  private series({ gauge, is, monitor }: Told, at: Time) {
    const { system, endpoint, project } = this.options.settings;
    return {
      metric: {
        type: `${GAUGE_PREFIX}/${gauge}`,
        labels: { system, endpoint, ...(monitor !== undefined && { monitor }) },
      },
      resource: { type: 'global', labels: { project_id: project } },
      metricKind: 'GAUGE',
      valueType: 'INT64',
      points: [{ interval: { endTime: new Date(at).toISOString() }, value: { int64Value: is ? '1' : '0' } }],
    };
  }
}

/** Resource names have the project's id or its number in them; the policy's own id is unique. */
const idOf = (policy: string): string => policy.split('/').at(-1)!;
const keyOf = ({ gauge, monitor = '' }: Told): string => `${gauge} ${monitor}`;
