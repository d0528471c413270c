/** Which version answered: shares of the requests by day. */
import type { Time } from '../../runtime/loop/platform';
import { DAY } from '../clock';
import type { Recording, ScoredRow } from '../recording';
import { versionStories } from '../story';
import { COLOURS, position, servedSpan, text, timeAxis, type Chart, type Frame, type Layer } from './chart';

const HEIGHT = 110;
/** Narrower blocks stay without their name. */
const ROOM = { name: 22, candidate: 86 };

/** A version's share over days that are alike; 0 to 1, stacked in the order of the versions. */
interface Block {
  readonly version: string;
  readonly from: Time;
  to: Time;
  readonly low: number;
  readonly high: number;
}

export function trafficChart(recording: Recording, frame: Frame): Chart {
  const { events, runs, rows, span } = recording;
  const blocks = blocksOf(rows);
  const stories = versionStories(events, runs, span.to);
  const kept = stories.filter(({ rejected }) => !rejected).map(({ version }) => version);
  const colour = (version: string) =>
    kept.includes(version) ? COLOURS.versions[kept.indexOf(version) % COLOURS.versions.length]! : COLOURS.never;
  return {
    title: 'Share of the requests that each version answered, by day',
    height: HEIGHT,
    top: 8,
    layers: [
      {
        data: { values: blocks.map((block) => ({ ...block, colour: colour(block.version) })) },
        mark: { type: 'rect', strokeWidth: 0 },
        encoding: {
          x: { field: 'from', ...timeAxis(servedSpan(recording), frame) },
          x2: { field: 'to' },
          y: {
            field: 'low',
            type: 'quantitative',
            scale: { domain: [0, 1] },
            axis: { title: null, values: [0, 0.5, 1], format: '.0%', grid: false },
          },
          y2: { field: 'high' },
          color: { field: 'colour', type: 'nominal', scale: null },
        },
      },
      ...namesOf(recording, blocks, frame),
    ],
  };
}

function blocksOf(rows: readonly ScoredRow[]): Block[] {
  const blocks: Block[] = [];
  let before: Block[] = [];
  for (const [day, counts] of countsByDay(rows)) {
    const total = [...counts.values()].reduce((a, b) => a + b, 0);
    let low = 0;
    const today = [...counts]
      .sort(([a], [b]) => order(a) - order(b))
      .map(([version, n]): Block => {
        const high = low + n / total;
        const block = { version, from: day, to: day + DAY, low, high };
        low = high;
        return block;
      });
    const alike =
      before.length === today.length &&
      before.every((b, i) => b.to === day && b.version === today[i]!.version && b.high === today[i]!.high);
    if (alike) for (const block of before) block.to = day + DAY;
    else blocks.push(...(before = today));
  }
  return blocks;
}

const order = (version: string): number => Number(version.slice(1));

function countsByDay(rows: readonly ScoredRow[]): Map<Time, Map<string, number>> {
  const days = new Map<Time, Map<string, number>>();
  for (const { at, version, prediction } of rows) {
    if (version === null || prediction === null) continue;
    const day = Math.floor(at / DAY) * DAY;
    const counts = days.get(day) ?? new Map<string, number>();
    days.set(day, counts.set(version, (counts.get(version) ?? 0) + 1));
  }
  return days;
}

/** In the middle of the longest time that a version answered everything. */
function namesOf(recording: Recording, blocks: readonly Block[], frame: Frame): Layer[] {
  const span = servedSpan(recording);
  return versionStories(recording.events, recording.runs, recording.span.to).flatMap(({ version, candidate }) => {
    const longest = blocks
      .filter((block) => block.version === version && block.high - block.low > 0.5)
      .sort((a, b) => b.to - b.from - (a.to - a.from))[0];
    if (!longest) return [];
    const [left, right] = [position(longest.from, span, frame), position(longest.to, span, frame)];
    if (right - left < ROOM.name) return [];
    const label = right - left < ROOM.candidate ? version : `${version} ${candidate}`;
    return [text(label, (left + right) / 2, HEIGHT / 2, { fontWeight: 600, color: COLOURS.onVersion })];
  });
}
