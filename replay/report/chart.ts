/** What all charts share: one time axis, one frame, one palette, and the way from a specification to SVG. */
import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { Time, Window } from '../../runtime/loop/platform';
import { DAY } from '../clock';
import type { Recording } from '../recording';
import { html, Html } from './html';

/** Left and right of the plot there is room for labels; the same in each chart, so that times stand below each other. */
export interface Frame {
  readonly width: number;
  readonly left: number;
  readonly right: number;
  readonly ticks: number;
}
const WIDE: Frame = { width: 832, left: 104, right: 104, ticks: 12 };
const NARROW: Frame = { width: 444, left: 96, right: 100, ticks: 6 };

/** Variables of the page's style sheet, so that light and dark need one drawing. */
export const COLOURS = {
  ink: 'var(--ink)',
  muted: 'var(--muted)',
  rule: 'var(--rule)',
  policy: 'var(--policy)',
  never: 'var(--never)',
  everyWindow: 'var(--every)',
  policies: ['var(--policy)', 'var(--second)', 'var(--third)', 'var(--fourth)', 'var(--fifth)', 'var(--sixth)'],
  versions: ['var(--version-a)', 'var(--version-b)'],
  onVersion: 'var(--on-version)',
  calm: 'var(--calm)',
  drifted: 'var(--never)',
} as const;

export type Layer = Extract<TopLevelSpec, { layer: unknown }>['layer'][number];

export interface Chart {
  /** What it shows, for those who cannot see it. */
  readonly title: string;
  readonly height: number;
  /** Room above the plot. */
  readonly top: number;
  readonly layers: readonly Layer[];
}

/** From the first answer to the end of the replay: what the charts show. */
export const servedSpan = ({ rows, span }: Recording): Window => ({ from: rows[0]?.at ?? span.from, to: span.to });

/** The shared horizontal axis. */
export function timeAxis(span: Window, frame: Frame) {
  const months = span.to - span.from > 150 * DAY;
  const year = `utcmonth(datum.value) == 0 || datum.index == 0 ? utcFormat(datum.value, '%Y') : ''`;
  return {
    type: 'temporal' as const,
    scale: { type: 'utc' as const, domain: { expr: `[${span.from}, ${span.to}]` } },
    axis: {
      title: null,
      grid: false,
      tickCount: months ? { interval: 'month' as const, step: monthsBetweenTicks(span, frame) } : frame.ticks,
      labelExpr: `[utcFormat(datum.value, '${months ? '%b' : '%-d %b'}'), ${year}]`,
    },
  };
}

function monthsBetweenTicks(span: Window, { ticks }: Frame): number {
  const months = (span.to - span.from) / (30.4 * DAY);
  return [1, 2, 3, 6, 12].find((step) => months / step <= ticks * 1.3) ?? 12;
}

/** Horizontal position in pixels. */
export const position = (time: Time, { from, to }: Window, { width }: Frame): number =>
  ((time - from) / (to - from)) * width;

/** The chart at both widths; the page shows the one that fits. */
export async function figure(chart: (frame: Frame) => Chart): Promise<Html> {
  const [wide, narrow] = await Promise.all([draw(chart(WIDE), WIDE), draw(chart(NARROW), NARROW)]);
  return html`<figure>
    <div class="wide">${wide}</div>
    <div class="narrow">${narrow}</div>
  </figure>`;
}

async function draw({ title, height, top, layers }: Chart, { width, left, right }: Frame): Promise<Html> {
  const spec: TopLevelSpec = {
    width,
    height,
    autosize: { type: 'none' },
    padding: { left, right, top, bottom: 40 },
    background: 'transparent',
    layer: [...layers],
    config: CONFIG,
  };
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  return new Html(tidy(svg, title));
}

const FONT = 'var(--sans)';
const CONFIG: NonNullable<TopLevelSpec['config']> = {
  aria: false,
  font: FONT,
  view: { stroke: null },
  text: { font: FONT, fontSize: 12, fill: COLOURS.muted },
  axis: {
    domain: false,
    ticks: false,
    labelFont: FONT,
    labelFontSize: 12,
    labelColor: COLOURS.muted,
    labelPadding: 8,
    gridColor: COLOURS.rule,
  },
  axisX: { ticks: true, tickColor: COLOURS.rule, tickSize: 5, labelPadding: 4 },
};

/** Inside a page neither name spaces nor wrappers' marks are needed, and a tenth of a pixel is enough. */
function tidy(svg: string, title: string): string {
  const label = new Html(title).text.replace(/["<&]/g, ' ');
  return svg
    .replace(/ xmlns(:xlink)?="[^"]*"/g, '')
    .replace(/ version="1.1"/, '')
    .replace(/<svg class="marks" width="\d+" height="\d+"/, `<svg role="img" aria-label="${label}"`)
    .replace(/ (class|role|aria-hidden|aria-roledescription|pointer-events)="(?!img)[^"]*"/g, '')
    .replace(/ opacity="1"/g, '')
    .replace(/<path d="" display="none"\/>/g, '')
    .replace(/ (d|transform)="[^"]*"/g, (attribute) =>
      attribute.replace(/\d+\.\d{2,}/g, (n) => String(Number(Number(n).toFixed(1)))),
    );
}

/** Marks at places in pixels, outside the scales. */
type Style = Readonly<Record<string, number | string | boolean>>;

export const text = (value: string, x: number, y: number, style: Style = {}): Layer => ({
  data: { values: [{}] },
  mark: { type: 'text', baseline: 'middle', ...style },
  encoding: { x: { value: x }, y: { value: y }, text: { value } },
});

export const rule = (from: readonly [number, number], to: readonly [number, number], style: Style = {}): Layer => ({
  data: { values: [{}] },
  mark: { type: 'rule', ...style },
  encoding: { x: { value: from[0] }, y: { value: from[1] }, x2: { value: to[0] }, y2: { value: to[1] } },
});

export const point = (x: number, y: number, style: Style = {}): Layer => ({
  data: { values: [{}] },
  mark: { type: 'point', size: 60, opacity: 1, strokeWidth: 1.5, ...style },
  encoding: { x: { value: x }, y: { value: y } },
});

/** A name that fits into so many pixels; a letter has about 6.6. */
export function shorten(name: string, pixels: number): string {
  const room = Math.floor((pixels - 12) / 6.6);
  return name.length <= room ? name : `${name.slice(0, room - 1)}…`;
}
