/** How far each feature was from the reference of the version that served, window by window, as a heat map. */
import { DISTANCES, type Distance } from '../../constructs/spec/distance';
import type { Report, ReportValue } from '../../constructs/spec/report';
import type { Recording } from '../recording';
import { versionStories } from '../story';
import { COLOURS, position, rule, servedSpan, text, timeAxis, type Chart, type Frame, type Layer } from './chart';

const ROW = 26;
/** At this many times the threshold a cell has its full colour. */
const FULL = 3;

/** The reports of one drift monitor that could tell. */
export function driftReports({ runs }: Recording, monitor: string): Report[] {
  return runs.flatMap(({ report }) =>
    report?.kind === 'data-drift' && report.monitor === monitor && report.verdict !== 'unclear' ? [report] : [],
  );
}

export function driftChart(recording: Recording, monitor: string, frame: Frame): Chart {
  const reports = driftReports(recording, monitor);
  const features = [...new Set(reports.flatMap(({ values }) => values.map(({ name }) => name)))];
  const height = features.length * ROW;
  const span = servedSpan(recording);
  return {
    title: `Distance of each feature from the reference, by window, against its threshold`,
    height,
    top: 8,
    layers: [
      cells(reports, features, frame, recording),
      ...versionStories(recording.events, recording.runs, recording.span.to).flatMap(({ live }) => {
        const x = position(live ?? span.from, span, frame);
        return live === undefined ? [] : [rule([x, -4], [x, height], { color: COLOURS.policy, opacity: 0.6 })];
      }),
      ...features.flatMap((feature, i) => rowLabels(feature, reports, ROW * (i + 0.5), frame)),
    ],
  };
}

function cells(reports: readonly Report[], features: readonly string[], frame: Frame, recording: Recording): Layer {
  const values = reports.flatMap(({ window, values: measured }) =>
    measured.flatMap((value) =>
      value.value === null
        ? []
        : [
            {
              row: features.indexOf(value.name),
              from: Date.parse(window.from),
              to: Date.parse(window.to),
              ...paint(value),
            },
          ],
    ),
  );
  return {
    data: { values },
    transform: [{ calculate: 'datum.row + 0.92', as: 'below' }],
    mark: { type: 'rect', strokeWidth: 0 },
    encoding: {
      x: { field: 'from', ...timeAxis(servedSpan(recording), frame) },
      x2: { field: 'to' },
      y: { field: 'row', type: 'quantitative', scale: { domain: [0, features.length], reverse: true }, axis: null },
      y2: { field: 'below' },
      color: { field: 'colour', type: 'nominal', scale: null },
      opacity: { field: 'opacity', type: 'quantitative', scale: null },
    },
  };
}

/** Grey, the darker the nearer the threshold; beyond it in the colour of alarm, the stronger the farther. */
function paint({ value, threshold, metric, violated }: ReportValue): { colour: string; opacity: number } {
  const above = DISTANCES[metric as Distance].drifts === 'above';
  const times = above ? value! / threshold : threshold / Math.max(value!, Number.MIN_VALUE);
  const strength = violated
    ? 0.4 + 0.6 * Math.min(1, (times - 1) / (FULL - 1))
    : 0.06 + 0.3 * Math.min(1, Math.max(0, times));
  return { colour: violated ? COLOURS.drifted : COLOURS.calm, opacity: Number(strength.toFixed(2)) };
}

/** The feature at the left, how often it was beyond which threshold at the right. */
function rowLabels(feature: string, reports: readonly Report[], y: number, { width, left }: Frame): Layer[] {
  const values = reports.flatMap(({ values: all }) => all.filter(({ name }) => name === feature));
  const { threshold, metric } = values[0]!;
  const beyond = values.filter(({ violated }) => violated).length;
  const side = DISTANCES[metric as Distance].drifts === 'above' ? '>' : '<';
  return [
    text(shorten(feature, left), -12, y, { align: 'right', color: COLOURS.ink }),
    text(`${side} ${threshold}: ${beyond} of ${values.length}`, width + 8, y, {
      align: 'left',
      color: beyond > 0 ? COLOURS.never : COLOURS.muted,
    }),
  ];
}

/** About seven pixels a letter. */
function shorten(name: string, pixels: number): string {
  const room = Math.floor((pixels - 12) / 6.6);
  return name.length <= room ? name : `${name.slice(0, room - 1)}…`;
}
