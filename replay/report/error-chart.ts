/** The error of each window, three ways, with what happened on the way: alarms, trainings, rollouts. */
import type { Time } from '../../runtime/loop/platform';
import { errorsByWindow } from '../errors';
import { yardstick } from '../policy';
import type { Recording } from '../recording';
import { done, versionStories, type VersionStory } from '../story';
import {
  COLOURS,
  point,
  position,
  rule,
  servedSpan,
  text,
  timeAxis,
  type Chart,
  type Frame,
  type Layer,
} from './chart';
import { lineLayers } from './lines';

const HEIGHT = 300;
const LANES = { alarm: -58, training: -38, 'goes live': -18 } as const;
const SERIES = [
  { key: 'everyWindow', label: 'every window', colour: COLOURS.everyWindow, width: 1.5 },
  { key: 'never', label: 'never retrained', colour: COLOURS.never, width: 1.8 },
  { key: 'policy', label: 'this policy', colour: COLOURS.policy, width: 2.8 },
] as const;

export function errorChart(recording: Recording, frame: Frame): Chart {
  const { spec, endpoint, rows } = recording;
  const { metric, every } = yardstick(spec, endpoint);
  const windows = errorsByWindow(metric, rows, every);
  const lines = SERIES.map(({ key, ...line }) => ({
    ...line,
    points: windows.map((errors) => ({ at: errors.window.from + every / 2, value: errors[key] })),
  }));
  return {
    title: `${metric} by window: with this policy, never retrained, retrained every window`,
    height: HEIGHT,
    top: 78,
    layers: [...moments(recording, frame), ...lineLayers(lines, timeAxis(servedSpan(recording), frame), HEIGHT, frame)],
  };
}

/** Three lanes above the plot, and a hairline down through it where a version goes live. */
function moments(recording: Recording, frame: Frame): Layer[] {
  const { spec, endpoint, events, runs, span } = recording;
  const { retrain } = spec.endpoints[endpoint]!;
  const at = (time: Time) => position(time, servedSpan(recording), frame);
  // Other alarms change nothing here: of these the heat map tells.
  const alarms = done(events, 'tell').filter(
    ({ action }) => action.degraded && retrain && retrain.on.includes(action.monitor),
  );
  const trainings = runs.filter(({ kind }) => kind === 'train');
  return [
    ...Object.entries(LANES).flatMap(([lane, y]) => [
      text(lane, -18, y, { align: 'right' }),
      rule([0, y], [frame.width, y], { color: COLOURS.rule }),
    ]),
    ...alarms.map((alarm) =>
      point(at(alarm.at), LANES.alarm, { shape: 'triangle-down', color: COLOURS.never, filled: true }),
    ),
    ...trainings.map(({ started, decision }) =>
      point(at(started), LANES.training, {
        shape: 'circle',
        color: COLOURS.ink,
        filled: decision?.decision === 'register',
      }),
    ),
    ...versionStories(events, runs, span.to).flatMap((story) => fate(story, at)),
  ];
}

function fate({ version, live, rejected, served }: VersionStory, at: (time: Time) => number): Layer[] {
  const lane = LANES['goes live'];
  const name = (label: string, x: number, color: string) =>
    text(label, x, lane, { align: 'center', color, fontWeight: 700 });
  if (live !== undefined)
    return [
      rule([at(live), lane + 10], [at(live), HEIGHT], { color: COLOURS.policy, opacity: 0.35 }),
      name(version, at(live), COLOURS.policy),
    ];
  if (!rejected || served === undefined) return [];
  return [name(`✕ ${version}`, at(rejected.at), COLOURS.never)];
}
