import UPlot from 'uplot';
import css from 'uplot/dist/uPlot.min.css?inline';
import { injectStyle } from '../shell/inject-style.ts';
import { type Series, stack } from './activity.ts';

export interface Drawing {
  days: readonly string[];
  series: readonly (Series & { colour: string })[];
  lang: string;
  /** Index of the selected day. */
  at: number;
}

export interface DrawnChart {
  /** Selects another day. */
  mark(at: number): void;
  /** The day at this horizontal position in the window. */
  dayAt(clientX: number): number;
  destroy(): void;
}

/** Whole numbers only: there is no half sign-in. */
const STEPS = [1, 2, 5]
  .flatMap((one) => Array.from({ length: 9 }, (_, zeros) => one * 10 ** zeros))
  .sort((one, other) => one - other);
const DAY_STEPS = [1, 2, 7, 14, 28];
const MIN_TOP = 4;

/** Draws one stacked column for each day into the element, in the current colours of the page. */
export function drawChart(host: HTMLElement, { days, series, lang, at: first }: Drawing): DrawnChart {
  injectStyle(css);
  let at = first;
  const muted = colourIn(host, '--muted');
  const line = colourIn(host, '--line');
  const washed = colourIn(host, '--accent-wash');
  const ground = colourIn(host, '--card');
  const day = new Intl.DateTimeFormat(lang, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const number = new Intl.NumberFormat(lang, { notation: 'compact' });
  const heights = stack(series);
  const top = Math.max(MIN_TOP, ...(heights.at(-1) ?? []));
  const font = `12px ${getComputedStyle(host).fontFamily}`;
  // Draw the highest series first, so that the lower ones cover it.
  const drawn = series.map((one, index) => ({ ...one, values: heights[index] ?? [] })).reverse();
  const bars = UPlot.paths.bars?.({ size: [0.72, 44], align: 0 });
  const axis = { stroke: muted, font, ticks: { show: false } };
  const plot = new UPlot(
    {
      width: widthOf(host),
      height: host.clientHeight,
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: [-0.5, days.length - 0.5] },
        y: { range: [0, top * 1.05] },
      },
      axes: [
        {
          ...axis,
          size: 28,
          gap: 6,
          space: 52,
          incrs: DAY_STEPS,
          grid: { show: false },
          values: (_, places) =>
            places.map((place) => (days[place] === undefined ? '' : day.format(new Date(`${days[place]}T00:00:00Z`)))),
        },
        {
          ...axis,
          size: 40,
          gap: 6,
          space: 36,
          incrs: STEPS,
          grid: { stroke: line, width: 1 },
          values: (_, counts) => counts.map((count) => number.format(count)),
        },
      ],
      series: [
        {},
        ...drawn.map(({ colour }) => ({
          fill: colourIn(host, colour),
          stroke: ground,
          width: 1,
          points: { show: false },
          ...(bars && { paths: bars }),
        })),
      ],
      hooks: {
        drawClear: [
          ({ ctx, bbox, valToPos }) => {
            const [left, right] = [valToPos(at - 0.5, 'x', true), valToPos(at + 0.5, 'x', true)];
            ctx.save();
            ctx.fillStyle = washed;
            ctx.fillRect(left, bbox.top, right - left, bbox.height);
            ctx.restore();
          },
        ],
      },
    },
    [days.map((_, index) => index), ...drawn.map(({ values }) => values)],
    host,
  );
  const resized = new ResizeObserver(() => {
    const width = widthOf(host);
    if (width > 0 && width !== plot.width) plot.setSize({ width, height: host.clientHeight });
  });
  resized.observe(host);
  return {
    mark(next) {
      if (next === at) return;
      at = next;
      plot.redraw(false);
    },
    dayAt: (clientX) => plot.posToIdx(clientX - plot.over.getBoundingClientRect().left),
    destroy() {
      resized.disconnect();
      plot.destroy();
    },
  };
}

function widthOf(host: HTMLElement): number {
  return Math.floor(host.clientWidth);
}

/** Resolves a CSS variable: a canvas knows neither variables nor the dark scheme. */
function colourIn(host: HTMLElement, name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  host.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
