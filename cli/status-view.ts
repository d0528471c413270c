/** What `mlops status` shows of one endpoint: made from one look, so that it is the same on every platform. */
import type { Decision, Health, Observed, Run, Time } from '../runtime/loop/platform';

export interface EndpointStatus {
  readonly endpoint: string;
  readonly at: string;
  /** Of a loop that runs elsewhere: whether it looks. */
  readonly loop?: string;
  readonly deployments: readonly DeploymentStatus[];
  readonly versions: readonly { readonly version: string; readonly status: string }[];
  readonly running: readonly { readonly run: string; readonly reason: string; readonly since: string }[];
  readonly alarms: readonly string[];
  /** The newest report of each monitor. */
  readonly reports: readonly {
    readonly monitor: string;
    readonly version: string;
    readonly until: string;
    readonly verdict: string;
  }[];
  /** What the loop would do now, if it looked. */
  readonly next: readonly string[];
  readonly waits: readonly string[];
}

export interface DeploymentStatus {
  readonly version: string;
  readonly state: string;
  readonly share: number;
  readonly health: Health;
}

export function statusOf(endpoint: string, now: Time, observed: Observed, decision: Decision): EndpointStatus {
  const { deployments } = observed.endpoint;
  const newest = new Map(
    [...observed.reports].sort((a, b) => a.window.to - b.window.to).map((report) => [report.monitor, report]),
  );
  return {
    endpoint,
    at: minute(now),
    deployments: deployments.map(({ id, version, state, share }) => ({
      version,
      state,
      share,
      health: observed.health[id] ?? 'unknown',
    })),
    versions: observed.versions.map(({ name, status }) => ({ version: name, status })),
    running: observed.runs.filter(({ state }) => state === 'running').map(runStatus),
    alarms: observed.alarms,
    reports: [...newest.values()].map(({ monitor, version, window, verdict }) => ({
      monitor,
      version,
      until: minute(window.to),
      verdict,
    })),
    next: decision.actions.map(({ why }) => why),
    waits: decision.waits,
  };
}

const runStatus = ({ id, tags }: Run) => ({ run: id, reason: tags.reason, since: minute(tags.at) });

/** 2026-03-02 14:05, UTC. */
export const minute = (time: Time): string => new Date(time).toISOString().slice(0, 16).replace('T', ' ');

/** `command` completes one, such as `approve v2`, to what a person types. */
export function printStatus(status: EndpointStatus, command: (words: string) => string): string {
  const section = (title: string, lines: readonly string[], none: string) => [
    `  ${title.padEnd(9)} ${lines[0] ?? none}`,
    ...lines.slice(1).map((line) => `  ${''.padEnd(9)} ${line}`),
  ];
  const rejected = status.versions.filter((version) => version.status === 'rejected').map(({ version }) => version);
  const pending = status.versions.filter((version) => version.status === 'pending').map(({ version }) => version);
  return [
    `${status.endpoint}, at ${status.at} UTC`,
    ...(status.loop === undefined ? [] : section('loop', [status.loop], '')),
    ...section('serves', status.deployments.map(printDeployment), 'nothing yet'),
    ...(pending.length > 0
      ? section(
          'pending',
          pending.map((version) => printPending(version, command)),
          '',
        )
      : []),
    ...(rejected.length > 0 ? section('rejected', [rejected.join(', ')], '') : []),
    ...section(
      'monitors',
      status.reports.map(
        ({ monitor, version, until, verdict }) => `${monitor}: ${verdict} for ${version} in the window until ${until}`,
      ),
      'no report yet',
    ),
    ...section(
      'alarms',
      status.alarms.map((monitor) => `${monitor} rings`),
      'none',
    ),
    ...section(
      'runs',
      status.running.map(({ run, reason, since }) => `${run} (${reason}) since ${since}`),
      'none',
    ),
    ...section('does', status.next, 'nothing now'),
    ...section('waits', status.waits, 'for nothing in particular: it looks again at every tick'),
  ].join('\n');
}

/** Version n was made by run n. */
function printPending(version: string, command: (words: string) => string): string {
  const [approve, reject] = [`approve ${version}`, `reject ${version}`].map(command);
  return `${version}: \`${approve}\` or \`${reject}\`; why it won: \`${command(`logs train-${version.slice(1)}`)}\``;
}

function printDeployment({ version, state, share, health }: DeploymentStatus): string {
  const figures = health === 'unknown' ? 'no health figures yet' : printHealth(health);
  return share === 0
    ? `${version} is ${state} at 0 %`
    : `${version} at ${share} % (${figures} since the shares are so)`;
}

function printHealth({ requests, errorRate, p99 }: Exclude<Health, 'unknown'>): string {
  if (requests === 0) return 'no requests';
  const count = `${requests} request${requests === 1 ? '' : 's'}`;
  return `${count}, ${(errorRate * 100).toFixed(1)} % failed, p99 ${Math.round(p99)} ms`;
}
