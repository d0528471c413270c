/** Whole replays with real Python, a real gateway and real requests. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DAY, HOUR } from '../../replay/clock';
import { compare } from '../../replay/compare';
import { replay, type ReplayOptions, type ReplayResult } from '../../replay/replay';
import { variantOf } from '../../replay/variant';
import { REPOSITORY, START, TURN, writeSystem, type Turncoat } from './system';

/** A new Python environment takes a minute. */
const PATIENCE = 300_000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'replay-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function run(turncoat: Turncoat, options: Partial<ReplayOptions> = {}): Promise<ReplayResult> {
  const spec = writeSystem(folder, turncoat);
  return replay(spec, {
    root: folder,
    stateDir: join(folder, 'state'),
    cacheDir: join(folder, 'cache'),
    pythonDir: join(REPOSITORY, '.mlops', 'python'),
    ...options,
  });
}

const trainingSeconds = ({ recording: { runs } }: Pick<ReplayResult, 'recording'>): number[] =>
  runs.filter(({ kind }) => kind === 'train').flatMap(({ tasks }) => tasks.map(({ seconds }) => seconds));

it(
  'retrains when the demand has doubled, loses no request, and does the same again from the cache',
  async () => {
    const { summary, recording, report } = await run('honest');
    expect(summary.firstServed).toBe(new Date(START + 10 * DAY).toISOString());
    expect(summary.requests).toMatchObject({ served: 30 * 24, failed: 0 });
    expect(summary.trainings).toMatchObject({
      byReason: { bootstrap: 1, 'alarm:quality': 1 },
      failed: [],
      refused: [],
    });
    expect(summary.trainings.registered).toEqual({ steady: 1, turncoat: 1 });
    expect(summary.rollouts).toMatchObject({ live: 2, canaries: 1, answeredByBoth: 1, rolledBack: [] });
    const { policy, never, everyWindow } = summary.error;
    expect(policy!).toBeLessThan(never! * 0.7);
    expect(everyWindow!).toBeLessThan(never!);
    expect(recording.events.find(({ text }) => text.includes('training run 2'))!.at).toBeGreaterThan(TURN);
    // The same model on the same rows: as long as the first version answers, the two are one.
    const first = recording.rows.filter(({ version }) => version === 'v1');
    expect(first.map(({ never: answer }) => answer)).toEqual(first.map(({ prediction }) => prediction));
    const turned = recording.rows.find(({ at }) => at >= TURN)!;
    expect(turned.everyWindow!).toBeLessThan(turned.label! * 0.75);
    expect(readFileSync(report, 'utf8')).toContain('v2 turncoat');

    const again = await run('honest');
    expect(again.summary.tasks).toEqual({ count: summary.tasks.count, cached: summary.tasks.count });
    expect(again.summary.jobs.count).toBe(summary.jobs.count);
    // What comes from the cache is told with the time that it took when it ran.
    expect(trainingSeconds(again)).toEqual(trainingSeconds({ recording }));
    expect(Math.min(...trainingSeconds({ recording }))).toBeGreaterThan(0);
    expect(again.recording.events).toEqual(recording.events);
    expect(again.recording.rows).toEqual(recording.rows);
  },
  PATIENCE,
);

it.each([
  ['answers wrong online', 'worse', 'its quality is violated in trial against v1'],
  ['raises on every tenth row', 'raises', 'failed, at most 1 % allowed'],
] as const)(
  'rolls back a challenger that %s, and never tries it again',
  async (_, turncoat, why) => {
    const { summary, recording } = await run(turncoat);
    const [rolledBack] = summary.rollouts.rolledBack;
    expect(rolledBack).toMatchObject({ version: 'v2', why: expect.stringContaining(why) as string });
    const later = recording.rows.filter(({ at }) => at >= Date.parse(rolledBack!.at));
    expect(later.length).toBeGreaterThan(24);
    expect(later.some(({ version }) => version === 'v2')).toBe(false);
    expect(recording.rows.some(({ version }) => version === 'v2')).toBe(true);
    expect(summary.requests.failed > 0).toBe(turncoat === 'raises');
  },
  PATIENCE,
);

it(
  'stops when it is told to, and leaves no process and no lock',
  async () => {
    const stop = new AbortController();
    const stopping = run('honest', {
      signal: stop.signal,
      onProgress: ({ at }) => at > START + 12 * DAY && stop.abort(),
    });
    await expect(stopping).rejects.toThrow('aborted');
    const { stdout } = spawnSync('pgrep', ['-P', String(process.pid), '-f', 'mlops_model'], { encoding: 'utf8' });
    expect(stdout).toBe('');
    const { summary } = await run('honest', { until: START + 11 * DAY });
    expect(summary.requests).toMatchObject({ served: 24, failed: 0 });
  },
  PATIENCE,
);

it(
  'compares policies on the same rows, each with a record of its own, and tells no webhook of any of it',
  async () => {
    let told = 0;
    const webhook = createServer((_request, response) => {
      told += 1;
      response.end();
    });
    await once(webhook.listen(0, '127.0.0.1'), 'listening');
    try {
      const notify = { webhook: `http://127.0.0.1:${(webhook.address() as AddressInfo).port}/` };
      const spec = writeSystem(folder, 'honest', notify);
      const still = variantOf({ spec, endpoint: 'online', options: {} }, 'still', { retrain: false });
      const { comparison, report } = await compare([{ name: 'spec', spec, changes: [] }, still], {
        root: folder,
        stateDir: join(folder, 'comparison'),
        cacheDir: join(folder, 'cache'),
        pythonDir: join(REPOSITORY, '.mlops', 'python'),
      });
      const [own, other] = comparison.policies;
      expect(comparison.rows).toBe(30 * 24);
      expect(own!.error!).toBeLessThan(own!.never! * 0.7);
      expect([other!.error, other!.never]).toEqual([own!.never, own!.never]);
      expect([own!.summary.trainings.count, other!.summary.trainings.count]).toEqual([2, 1]);
      expect(readdirSync(join(folder, 'comparison')).sort()).toEqual(['report.html', 'spec', 'still']);
      expect(readFileSync(report, 'utf8')).toContain('on: [quality], ');
      expect(own!.summary.rollouts.live).toBe(2);
      expect(told).toBe(0);
    } finally {
      webhook.close();
    }
  },
  PATIENCE,
);

it(
  'begins where it is told to, with all rows before known',
  async () => {
    const { summary } = await run('honest', { from: START + 15 * DAY + 7 * HOUR, until: START + 18 * DAY });
    expect(summary).toMatchObject({
      firstServed: new Date(START + 15 * DAY + 7 * HOUR).toISOString(),
      requests: { served: 72 - 7, failed: 0 },
    });
  },
  PATIENCE,
);

it(
  'refuses an endpoint that is not there, and a span without time',
  async () => {
    await expect(run('honest', { endpoint: 'offline' })).rejects.toThrow(
      'got the endpoint offline, which is not in the spec, expected one of online',
    );
    await expect(run('honest', { from: START + 3 * DAY, until: START + 2 * DAY })).rejects.toThrow(
      'choose an earlier begin or a later end',
    );
    expect(existsSync(join(folder, 'state', 'report.html'))).toBe(false);
  },
  PATIENCE,
);
