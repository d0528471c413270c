/** Wrong drivers of what is seen, told and kept: figures, runs, captures, alarms, requests, the record. */
import type { Runs } from '../../../constructs/aws/pipeline.runtime';
import { ABSENT } from '../../../runtime/cloud/store';
import type { Action } from '../../../runtime/loop/platform';
import { planted, type Parts, type Planted } from './planted';
import { DAY } from './settings';

/** Done otherwise, or not at all. */
const doing = (
  { platform }: Parts,
  change: (action: Action, act: (action: Action) => Promise<void>) => Promise<void>,
) => {
  const act = platform.act.bind(platform);
  platform.act = (action) => change(action, act);
};

export const OF_THE_REST: readonly Planted[] = [
  planted('what was rejected passes for approved', [3], ({ platform }) => {
    const versions = platform.versions.bind(platform);
    platform.versions = async () => (await versions()).map((version) => ({ ...version, status: 'approved' }));
  }),
  planted(
    'health is that of the other slot',
    [4],
    ({ platform, endpoint }) => {
      const health = platform.health.bind(platform);
      platform.health = async (id, since) => {
        const { deployments } = await endpoint.view();
        return health(deployments.find((other) => other.id !== id && other.share > 0)?.id ?? id, since);
      };
    },
    'stepped',
  ),
  planted(
    'latencies are taken for milliseconds',
    [4],
    ({ platform }) => {
      const health = platform.health.bind(platform);
      platform.health = async (id, since) => {
        const found = await health(id, since);
        return found === 'unknown' ? found : { ...found, p99: found.p99 * 1000 };
      };
    },
    'stepped',
  ),
  planted(
    'figures are those of too long a time',
    [4],
    ({ platform }) => {
      const health = platform.health.bind(platform);
      platform.health = (id, since) => health(id, since - 3 * DAY);
    },
    'stepped',
  ),
  planted('the decision is that of another run', [3], ({ platform }) => {
    const { options } = platform['parts'].runs as unknown as {
      readonly options: { conclude: (run: { readonly id: string; readonly kind: string }) => Promise<unknown> };
    };
    const conclude = options.conclude.bind(options);
    options.conclude = (run) => conclude(run.kind === 'train' ? { ...run, id: 'train-1' } : run);
  }),
  planted('the oldest job of a task counts', [3, 9], ({ store }) => {
    const read = store.read.bind(store);
    store.read = async <T>(path: string) => {
      const found = await read<T>(path);
      return found && path.startsWith('artifacts/') ? { ...found, modified: -found.modified } : found;
    };
  }),
  planted('the gauge of one monitor is told of another', [2], ({ alarms }) => {
    const tell = alarms.tell.bind(alarms);
    alarms.tell = (monitor, degraded) => tell(monitor === 'quality' ? 'inputs' : 'quality', degraded);
  }),
  planted('requests are acknowledged when they are read', [5], ({ platform }) => {
    const requests = platform.requests.bind(platform);
    platform.requests = async () => {
      const found = await requests();
      for (const { id } of found) await platform.act({ do: 'done', request: id, why: 'it was read' });
      return found;
    };
  }),
  planted('requests are never acknowledged', [5, 7], (parts) =>
    doing(parts, async (action, act) => (action.do === 'done' ? undefined : act(action))),
  ),
  planted('a deployment that is not released any more goes on', [5], ({ store }, { newest }) => {
    const read = store.read.bind(store);
    const { deployment } = newest().settings;
    store.read = async <T>(path: string) => {
      const found = await read<T>(path);
      return found && path.endsWith('/release.json') ? { ...found, value: { deployment } as T } : found;
    };
  }),
  planted('a run that was seen in flight stays so', [7], ({ platform }) => {
    const known = (platform['parts'].runs as Runs)['known'];
    const set = known.set.bind(known);
    known.set = (arn, run) => (known.get(arn) ? undefined : set(arn, run));
  }),
  planted('lines are added without a condition', [5], ({ store }) => {
    store.append = async (path, value) => {
      await store.write(path, value, (await store.readText(path))?.etag ?? ABSENT);
    };
  }),
  planted(
    'the windows of captures are a day late',
    [9],
    ({ store }) => {
      const list = store.list.bind(store);
      const late = (path: string) => path.replace(/\d{4}\/\d\d\/\d\d\/\d\d\/$/, (hour) => hourAfter(hour));
      store.list = (prefix, after) => list(prefix, after && prefix.startsWith('captures/') ? late(after) : after);
    },
    'stepped',
  ),
];

/** `2026/11/20/07/`, a day later. */
function hourAfter(hour: string): string {
  const [year, month, day, hours] = hour.split('/').map(Number) as [number, number, number, number];
  const at = Date.UTC(year, month - 1, day, hours) + DAY;
  return `${new Date(at).toISOString().slice(0, 13).replaceAll(/[-T]/g, '/')}/`;
}
