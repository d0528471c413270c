/** New versions that are slow, hang or fail like the old one: what the rollout makes of them, with real servers. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResolvedMlops } from '../../constructs/spec';
import { replay, type ReplayResult } from '../../replay/replay';
import { temporaryFolders } from '../local/temporary';
import { REPOSITORY, writeSystem } from '../replay/system';

const folder = temporaryFolders();
/** A new Python environment takes a minute. */
jest.setTimeout(300_000);

/** Forty days in which the demand doubles; `fault` is what a model does with a row that comes alone: only online rows do. */
async function run(fault: string, p99: '1 second' | false = false): Promise<ReplayResult> {
  const root = folder();
  const spec = writeSystem(root, 'honest');
  const lines = fault.split('\n').map((line) => `        ${line}`);
  appendFileSync(
    join(root, 'model', 'model.py'),
    ['import time', 'answer = predict', 'def predict(model, batch):', '    if len(batch["hour"]) == 1:', ...lines]
      .concat('    return answer(model, batch)\n')
      .join('\n'),
  );
  return replay(withP99(spec, p99), {
    root,
    stateDir: join(root, 'state'),
    cacheDir: join(root, 'cache'),
    pythonDir: join(REPOSITORY, '.mlops', 'python'),
    answerWithin: 3_000,
  });
}

function withP99(spec: ResolvedMlops, p99: '1 second' | false): ResolvedMlops {
  const { online } = spec.endpoints;
  const rollBackOn = { ...online!.rollout.rollBackOn, p99 };
  return { ...spec, endpoints: { online: { ...online!, rollout: { ...online!.rollout, rollBackOn } } } };
}

it.each([
  [
    'is slow',
    'time.sleep(1.1 if model["kind"] == "honest" else 0)',
    '1 second',
    /p99 of \d+ requests is \d+ ms, at most/,
  ],
  [
    'hangs now and then',
    'model["asked"] = model.get("asked", 0) + 1\nwhile model["kind"] == "honest" and model["asked"] % 4 == 0: time.sleep(0.1)',
    false,
    /% of \d+ requests failed, at most 1 % allowed/,
  ],
] as const)('rolls back a challenger that %s, and never tries it again', async (_, fault, p99, why) => {
  const { summary, recording } = await run(fault, p99);
  const [first, ...others] = summary.rollouts.rolledBack;
  expect(first).toMatchObject({ version: 'v2', why: expect.stringMatching(why) as string });
  // What was trained later is tried, and is no better.
  expect(others.map(({ version }) => version)).not.toContain('v2');
  const at = Date.parse(first!.at);
  const [before, after] = [recording.rows.filter((row) => row.at < at), recording.rows.filter((row) => row.at >= at)];
  expect(before.some(({ version }) => version === 'v2')).toBe(true);
  expect(after.length).toBeGreaterThan(24);
  expect(after.some(({ version }) => version === 'v2')).toBe(false);
  expect(recording.rows.filter(({ version, prediction }) => version === 'v1' && prediction === null)).toEqual([]);
});

// At 50 % the two take turns: one of them has the sixth hour, the other the seventh.
it('rejects nobody for what the champion suffers too: the challenger is held, and people are told', async () => {
  const { summary, recording } = await run('if batch["hour"][0] in ("6", "7"): raise ValueError("early")');
  expect(summary.rollouts.rolledBack).toEqual([]);
  expect(recording.events.filter(({ action }) => action.do === 'mark' && action.patch.status === 'rejected')).toEqual(
    [],
  );
  const failed = recording.rows.filter(({ prediction }) => prediction === null);
  expect(new Set(failed.map(({ version }) => version))).toEqual(new Set(['v1', 'v2']));
  expect(new Set(failed.map(({ at }) => new Date(at).getUTCHours()))).toEqual(new Set([6, 7]));
  // Both still answer in the end.
  const last = recording.rows.slice(-48).map(({ version }) => version);
  expect(new Set(last)).toEqual(new Set(['v1', 'v2']));
});
