/** What people are told of, and what not. */
import { noticeOfEvent, noticeOfRun } from '../../runtime/loop/notice';
import type { Action, LoopEvent, Run } from '../../runtime/loop/platform';

const event = (action: Action, outcome: LoopEvent['outcome'] = 'done'): LoopEvent => ({
  at: 0,
  endpoint: 'online',
  what: action.do,
  text: action.why,
  outcome,
  action,
});
const mark = (patch: Extract<Action, { do: 'mark' }>['patch']): Action => ({
  do: 'mark',
  version: 'v2',
  patch,
  why: 'because',
});
const tell = (degraded: boolean): Action => ({ do: 'tell', monitor: 'quality', degraded, why: 'because' });

test.each([
  ['a monitor that finds the endpoint degraded', tell(true), { notice: 'alarm', monitor: 'quality' }],
  ['a rejected version', mark({ status: 'rejected', trial: null }), { notice: 'rejected', version: 'v2' }],
  ['a rejected revision of a proven version', mark({ bad: ['r1'] }), { notice: 'rejected', version: 'v2' }],
  [
    'a version that came through its bake',
    mark({ live: { revision: 'r1', at: 0 }, trial: null }),
    { notice: 'rolled-out', version: 'v2' },
  ],
])('%s is worth a notice', (_what, action, notice) => {
  expect(noticeOfEvent(event(action))).toEqual({ text: 'because', ...notice });
});

test('an action that failed is worth a notice, whichever it was', () => {
  expect(noticeOfEvent(event({ do: 'remove', why: 'because' }, 'failed'))).toEqual({
    notice: 'failed',
    text: 'because',
  });
});

test.each([
  ['an alarm that stops', event(tell(false))],
  ['the begin of a trial', event(mark({ trial: { revision: 'r1', before: '' } }))],
  ['an approval', event(mark({ status: 'approved' }))],
  ['a change of traffic', event({ do: 'shift', shares: { 'v2-r1': 100 }, guarded: false, ifMatch: '', why: '' })],
  ['what was refused: the loop looks again', event(tell(true), 'refused')],
])('%s is not', (_what, event) => {
  expect(noticeOfEvent(event)).toBeUndefined();
});

test('a run that failed is worth a notice, one under way or done is not', () => {
  const run: Run = {
    id: 'train-3',
    kind: 'train',
    state: 'failed',
    error: 'no lemons left',
    tags: { n: 3, reason: 'bootstrap', at: 0, generation: 1 },
  };
  expect(noticeOfRun(run)).toEqual({
    notice: 'failed',
    text: 'training run 3 failed: no lemons left',
    run: 'train-3',
  });
  const tags = { reason: 'window', at: 0, generation: 1, monitor: 'inputs', version: 'v2' };
  expect(noticeOfRun({ ...run, id: 'inputs-v2-0-1', kind: 'monitor', tags })).toEqual({
    notice: 'failed',
    text: 'the run inputs-v2-0-1 of inputs failed: no lemons left',
    run: 'inputs-v2-0-1',
    version: 'v2',
    monitor: 'inputs',
  });
  for (const state of ['running', 'succeeded'] as const) expect(noticeOfRun({ ...run, state })).toBeUndefined();
});
