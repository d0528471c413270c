/** The errors of several policies over one another, with each one's trainings marked. */
import { sharedErrors, type Rehearsal } from '../comparison';
import { yardstick } from '../policy';
import type { Recording } from '../recording';
import { versionStories } from '../story';
import { COLOURS, point, position, rule, shorten, text, timeAxis, type Chart, type Frame, type Layer } from './chart';
import { lineLayers, type Line } from './lines';

const HEIGHT = 300;
const LANE = 20;

export function comparisonChart(rehearsals: readonly Rehearsal[], frame: Frame): Chart {
  const { spec, endpoint } = rehearsals[0]!.recording;
  const { every, span, windows } = sharedErrors(rehearsals);
  const line = (i: number, key: 'policy' | 'never'): Line['points'] =>
    windows[i]!.map((errors) => ({ at: errors.window.from + every / 2, value: errors[key] }));
  const lines = rehearsals.map(({ name }, i): Line => ({
    label: shorten(name, frame.right),
    colour: colourOf(i),
    width: i === 0 ? 2.8 : 2.2,
    points: line(i, 'policy'),
  }));
  const never: Line = { label: 'never retrained', colour: COLOURS.everyWindow, width: 1.2, points: line(0, 'never') };
  const at = (time: number) => position(time, span, frame);
  return {
    title: `${yardstick(spec, endpoint).metric} by window with each policy, and when each one trained`,
    height: HEIGHT,
    top: 24 + LANE * rehearsals.length,
    layers: [
      ...rehearsals.flatMap(({ name, recording }, i) => {
        const y = LANE * (i - rehearsals.length) - 2;
        return [
          text(shorten(name, frame.left), -18, y, { align: 'right', color: colourOf(i), fontWeight: 600 }),
          rule([0, y], [frame.width, y], { color: COLOURS.rule }),
          ...trainings(recording, y, colourOf(i), at),
        ];
      }),
      ...lineLayers([never, ...lines.reverse()], timeAxis(span, frame), HEIGHT, frame),
    ],
  };
}

export const colourOf = (policy: number): string => COLOURS.policies[policy % COLOURS.policies.length]!;

/** A dot for a training whose winner became a version, a hollow one for any other, a cross where it was rolled back. */
function trainings(
  { events, runs, span }: Recording,
  y: number,
  colour: string,
  at: (time: number) => number,
): Layer[] {
  const rolledBack = versionStories(events, runs, span.to).flatMap(({ rejected, served }) =>
    rejected && served !== undefined ? [rejected.at] : [],
  );
  return [
    ...runs
      .filter(({ kind }) => kind === 'train')
      .map(({ started, decision }) =>
        point(at(started), y, { shape: 'circle', color: colour, filled: decision?.decision === 'register' }),
      ),
    ...rolledBack.map((time) => text('✕', at(time), y, { align: 'center', color: colour, fontWeight: 700 })),
  ];
}
