/** How far inputs and predictions were from the reference of the version that served, window by window, as a heat map. */
import { DISTANCES, type Distance } from '../../constructs/spec/distance';
import type { Report, ReportValue } from '../../constructs/spec/report';
import type { Recording } from '../recording';
import { versionStories } from '../story';
import {
  COLOURS,
  position,
  rule,
  servedSpan,
  shorten,
  text,
  timeAxis,
  type Chart,
  type Frame,
  type Layer,
} from './chart';

const ROW = 26;
/** At this many times the threshold a cell has its full colour. */
const FULL = 3;

/** One feature, or the predictions, as one monitor saw it. */
interface Row {
  readonly name: string;
  readonly cells: readonly { readonly window: Report['window']; readonly value: ReportValue }[];
}

export function driftChart(recording: Recording, frame: Frame): Chart {
  const rows = driftRows(recording);
  const height = rows.length * ROW;
  const span = servedSpan(recording);
  return {
    title: 'Distance of inputs and predictions from the reference, by window, against the threshold',
    height,
    top: 8,
    layers: [
      cells(rows, frame, recording),
      ...versionStories(recording.events, recording.runs, recording.span.to).flatMap(({ live }) => {
        const x = position(live ?? span.from, span, frame);
        return live === undefined ? [] : [rule([x, -4], [x, height], { color: COLOURS.policy, opacity: 0.6 })];
      }),
      ...rows.flatMap((row, i) => rowLabels(row, ROW * (i + 0.5), frame)),
    ],
  };
}

/** The inputs first; only windows that could be judged. */
function driftRows({ runs, spec, endpoint }: Recording): Row[] {
  const { monitors } = spec.endpoints[endpoint]!;
  return (['data-drift', 'prediction-drift'] as const)
    .flatMap((kind) => Object.keys(monitors).filter((name) => monitors[name]!.kind === kind))
    .flatMap((monitor) => {
      const reports = runs.flatMap(({ report }) =>
        report?.monitor === monitor && report.verdict !== 'unclear' ? [report] : [],
      );
      const names = [...new Set(reports.flatMap(({ values }) => values.map(({ name }) => name)))];
      return names.map((name) => ({
        name,
        cells: reports.flatMap(({ window, values }) =>
          values.filter((value) => value.name === name).map((value) => ({ window, value })),
        ),
      }));
    });
}

function cells(rows: readonly Row[], frame: Frame, recording: Recording): Layer {
  const values = rows.flatMap((row, i) =>
    row.cells.flatMap(({ window, value }) =>
      value.value === null
        ? []
        : [{ row: i, from: Date.parse(window.from), to: Date.parse(window.to), ...paint(value) }],
    ),
  );
  return {
    data: { values },
    transform: [{ calculate: 'datum.row + 0.92', as: 'below' }],
    mark: { type: 'rect', strokeWidth: 0 },
    encoding: {
      x: { field: 'from', ...timeAxis(servedSpan(recording), frame) },
      x2: { field: 'to' },
      y: { field: 'row', type: 'quantitative', scale: { domain: [0, rows.length], reverse: true }, axis: null },
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

/** The name at the left, how often it was beyond which threshold at the right. */
function rowLabels({ name, cells: all }: Row, y: number, { width, left }: Frame): Layer[] {
  const { threshold, metric } = all[0]!.value;
  const beyond = all.filter(({ value }) => value.violated).length;
  const side = DISTANCES[metric as Distance].drifts === 'above' ? '>' : '<';
  return [
    text(shorten(name, left), -12, y, { align: 'right', color: COLOURS.ink }),
    text(`${side} ${threshold}: ${beyond} of ${all.length}`, width + 8, y, {
      align: 'left',
      color: beyond > 0 ? COLOURS.never : COLOURS.muted,
    }),
  ];
}
