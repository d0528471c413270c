/** Histories that were lived through for what they ask of AWS. */
import { chosen, type Case, type HistoryEvent, type Kind } from '../histories/cases';
import type { Act } from './iam';

/** What histories asked for. */
export interface Lived {
  /** How many of these histories there were. */
  readonly histories: number;
  /** What the umpire has against them. */
  readonly findings: readonly string[];
  /** A JSON for scripts/check-requests.py: each request once, by what differs in more than numbers. */
  readonly requests: string;
  /** As IAM sees them. */
  readonly acts: readonly Act[];
}

/** So many of the histories are lived through once more, full of what is seldom by chance. */
const BUSY = 4;

/** One version after the other is tried, and somebody takes it down whatever runs just then. */
function busy(history: Case): Case {
  const event = (kind: HistoryEvent['kind'], b = 0): HistoryEvent => ({ kind, a: 0, b });
  const trained = [event('train'), ...Array<HistoryEvent>(6).fill(event('days', 11))];
  const interrupted = [event('look'), event('switch'), event('look'), event('switch', 1), event('look')];
  const round = [...trained, ...trained, ...interrupted, event('train'), ...interrupted];
  return { ...history, trial: true, steps: 1, approval: 'automatic', events: [round, round, round, round].flat() };
}

/** Those of some kinds out of so many; what others asked for before is not among their requests. */
export async function live(count: number, kinds: readonly Kind[]): Promise<Lived> {
  let lived: Lived | undefined;
  // What was recorded stays as long as the modules.
  await jest.isolateModulesAsync(async () => {
    const { History } = jest.requireActual<typeof import('../histories/history')>('../histories/history');
    const { requests, written } = jest.requireActual<typeof import('../histories/requests')>('../histories/requests');
    const { distinctActs } = jest.requireActual<typeof import('../histories/acts')>('../histories/acts');
    const sampled = chosen(count).histories.filter(({ kind }) => kinds.includes(kind));
    const histories = [...sampled, ...sampled.slice(0, BUSY).map(busy)];
    const findings: string[] = [];
    for (const history of histories) {
      const { umpire } = await new History(history).run();
      findings.push(...umpire.findings.map(({ guarantee, text }) => `[${guarantee}] ${text}`));
    }
    lived = { histories: histories.length, findings, requests: written(), acts: distinctActs(requests()) };
  });
  return lived!;
}
