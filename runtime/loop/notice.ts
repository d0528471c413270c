/** Which of the loop's events and of the runs' ends are worth a message to people. */
import type { Notice } from '../../constructs/spec/notify';
import type { LoopEvent, Run } from './platform';

/** What a notice is about. */
export interface NoticeOf {
  readonly notice: Notice;
  readonly text: string;
  readonly version?: string;
  readonly monitor?: string;
  readonly run?: string;
}

/** Nothing for the many events that people need not be told of. */
export function noticeOfEvent({ action, outcome, text }: LoopEvent): NoticeOf | undefined {
  if (outcome === 'failed') return { notice: 'failed', text };
  if (outcome === 'refused') return undefined;
  if (action.do === 'tell') return action.degraded ? { notice: 'alarm', text, monitor: action.monitor } : undefined;
  if (action.do !== 'mark') return undefined;
  const { version, patch } = action;
  if (patch.status === 'rejected' || patch.bad) return { notice: 'rejected', text, version };
  return patch.live ? { notice: 'rolled-out', text, version } : undefined;
}

/** Nothing while a run is under way, or when it succeeded: what came of it is an event. */
export function noticeOfRun({
  id,
  kind,
  state,
  tags: { monitor, version, n },
  error,
}: Pick<Run, 'id' | 'kind' | 'state' | 'tags' | 'error'>): NoticeOf | undefined {
  if (state !== 'failed') return undefined;
  const what = kind === 'train' ? `training run ${n ?? id}` : `the run ${id} of ${monitor ?? 'a monitor'}`;
  return {
    notice: 'failed',
    text: `${what} failed: ${error ?? 'no reason was given'}`,
    run: id,
    ...(version !== undefined && { version }),
    ...(monitor !== undefined && { monitor }),
  };
}
