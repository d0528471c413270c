/** Lines over time with their names at their ends. */
import type { Time } from '../../runtime/loop/platform';
import { text, type Frame, type Layer, type timeAxis } from './chart';

export interface Line {
  readonly label: string;
  readonly colour: string;
  readonly width: number;
  /** In the order of time; a gap where the value is `null`. */
  readonly points: readonly { readonly at: Time; readonly value: number | null }[];
}

/** Later lines lie over earlier ones. From zero, unless a value is negative. */
export function lineLayers(
  lines: readonly Line[],
  x: ReturnType<typeof timeAxis>,
  height: number,
  frame: Frame,
): Layer[] {
  const all = lines.flatMap(({ points }) => points.map(({ value }) => value ?? 0));
  const domain = [Math.min(0, ...all), Math.max(...all, 1e-9) * 1.04] as const;
  const values = lines.flatMap(({ label, colour, width, points }) =>
    points.map((point) => ({ ...point, key: label, colour, width })),
  );
  const layer: Layer = {
    data: { values },
    mark: { type: 'line', strokeJoin: 'round' },
    encoding: {
      x: { field: 'at', ...x },
      y: {
        field: 'value',
        type: 'quantitative',
        scale: { domain: [...domain], nice: false },
        axis: { title: null, tickCount: 5, format: '~g' },
      },
      color: { field: 'colour', type: 'nominal', scale: null },
      strokeWidth: { field: 'width', type: 'quantitative', scale: null },
      detail: { field: 'key' },
    },
  };
  return [layer, ...names(lines, domain, height, frame)];
}

/** Pushed apart where the ends meet. */
function names(
  lines: readonly Line[],
  [bottom, top]: readonly [number, number],
  height: number,
  { width }: Frame,
): Layer[] {
  const ends = lines
    .flatMap((line) => {
      const end = line.points.findLast(({ value }) => value !== null)?.value;
      return typeof end === 'number' ? [{ ...line, y: (height * (top - end)) / (top - bottom) }] : [];
    })
    .sort((a, b) => a.y - b.y);
  let free = -Infinity;
  return ends.map(({ label, colour, y }) => {
    free = Math.max(y, free + 15);
    return text(label, width + 8, free, { align: 'left', color: colour, fontWeight: 600 });
  });
}
