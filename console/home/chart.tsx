import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { useMedia } from '../list/use-media.ts';
import { useConsole } from '../shell/context.ts';
import { Link } from '../shell/link.tsx';
import { startOf } from './activity.ts';
import type { ChartProps } from './chart-props.ts';
import { ChartTable } from './chart-table.tsx';
import type { Drawing, DrawnChart } from './draw-chart.ts';
import { t } from './i18n.ts';
import { LegendSwatch } from './legend-swatch.tsx';

/** Daily numbers as a chart, as a text for each day, and as a table. */
export function Chart({ title, days, series, dayHref, none, isWide = false }: ChartProps) {
  const { lang } = useConsole().texts;
  const id = useId();
  const number = new Intl.NumberFormat(lang);
  const sums = series.filter(({ hasNoSum }) => !hasNoSum);
  return (
    <section class={isWide ? 'panel chart-panel wide' : 'panel chart-panel'} aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      {series.length === 0 ? (
        <p class="hint">{none}</p>
      ) : (
        <>
          {sums.length > 0 && (
            <ul class="legend">
              {sums.map(({ key, label, colour, values, href }) => (
                <li key={key}>
                  <LegendSwatch colour={colour} />
                  {href === undefined ? label : <Link href={href}>{label}</Link>}{' '}
                  <span class="muted">{number.format(values.reduce((sum, value) => sum + value, 0))}</span>
                </li>
              ))}
            </ul>
          )}
          <Picture title={title} days={days} series={series} dayHref={dayHref} />
          <ChartTable title={title} days={days} series={series} dayHref={dayHref} />
        </>
      )}
    </section>
  );
}

function Picture({ title, days, series, dayHref }: Omit<ChartProps, 'none' | 'isWide'>) {
  const { lang } = useConsole().texts;
  const scheme = useScheme();
  const host = useRef<HTMLDivElement>(null);
  const drawn = useRef<DrawnChart>(undefined);
  const last = days.length - 1;
  // Counted back from the newest day, which stays selected when the period changes.
  const [back, setBack] = useState(0);
  const [isLost, setLost] = useState(false);
  const at = Math.max(0, last - back);
  const now = useRef(at);
  now.current = at;
  // Compared as text, so that an equal response does not redraw the chart.
  const what = JSON.stringify({ days, series, lang, scheme });
  useEffect(() => {
    let isWanted = true;
    const draw = async () => {
      const { drawChart } = await import('./draw-chart.ts');
      const drawing: Omit<Drawing, 'at'> = JSON.parse(what);
      if (isWanted && host.current) drawn.current = drawChart(host.current, { ...drawing, at: now.current });
    };
    draw().catch(() => setLost(true));
    return () => {
      isWanted = false;
      drawn.current?.destroy();
      drawn.current = undefined;
    };
  }, [what]);
  useEffect(() => drawn.current?.mark(at), [at]);
  const look = (day: number) => setBack(last - Math.min(last, Math.max(0, day)));
  const number = new Intl.NumberFormat(lang);
  const day = days[at] ?? '';
  const dayText = new Intl.DateTimeFormat(lang, { dateStyle: 'long', timeZone: 'UTC' }).format(startOf(day));
  const summary = series
    .filter(({ values }) => (values[at] ?? 0) > 0)
    .map(({ label, values }) => `${label} ${number.format(values[at] ?? 0)}`)
    .join(', ');
  const text = t('onDay', { day: dayText, count: summary || t('nothing') });
  if (isLost) return <p class="hint">{t('chartLost')}</p>;
  return (
    <>
      <div
        ref={host}
        class="chart"
        role="slider"
        tabIndex={0}
        aria-label={`${title}. ${t('keysHint')}`}
        aria-valuemin={1}
        aria-valuemax={days.length}
        aria-valuenow={at + 1}
        aria-valuetext={text}
        onPointerMove={({ clientX }) => drawn.current && look(drawn.current.dayAt(clientX))}
        onPointerDown={({ clientX }) => drawn.current && look(drawn.current.dayAt(clientX))}
        onKeyDown={(event) => {
          const to = dayBy(event.key, at, last);
          if (to === undefined) return;
          event.preventDefault();
          look(to);
        }}
      />
      <p class="readout">
        <strong>{dayText}</strong> <span>{summary || t('nothing')}</span>{' '}
        <Link href={dayHref(day)}>{t('eventsOfDay')}</Link>
      </p>
    </>
  );
}

/** Moves by a day, by a week or to an end, as sliders do (ARIA practices). */
function dayBy(key: string, at: number, last: number): number | undefined {
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return at - 1;
    case 'ArrowRight':
    case 'ArrowUp':
      return at + 1;
    case 'PageDown':
      return at - 7;
    case 'PageUp':
      return at + 7;
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return undefined;
  }
}

/** Changes whenever the page's colour scheme does. */
function useScheme(): string {
  const { theme } = useConsole().preferences;
  const isDark = useMedia('(prefers-color-scheme: dark)');
  const isSharp = useMedia('(prefers-contrast: more)');
  const isForced = useMedia('(forced-colors: active)');
  return [theme, isDark, isSharp, isForced].join();
}
