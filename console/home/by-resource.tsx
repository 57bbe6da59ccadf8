import { useConsole } from '../shell/context.ts';
import { Link } from '../shell/link.tsx';
import { Problem } from '../shell/problem.tsx';
import { useQuery } from '../shell/use-query.ts';
import { type ActivityView, hrefOf, type ResourceSums, sumOf } from './activity.ts';
import { t } from './i18n.ts';
import { LegendSwatch } from './legend-swatch.tsx';

const MAX_SHOWN = 12;

/** The resources side by side, the busiest first. Each links to its own charts. */
export function ByResource({ view }: { view: ActivityView }) {
  const { lang } = useConsole().texts;
  const read = useQuery<{ items: ResourceSums[]; next: string | null }>(`statistics/resources?days=${view.days}`);
  if (!read.body) {
    return read.problem ? (
      <section class="panel chart-panel wide">
        <Problem read={read} />
      </section>
    ) : null;
  }
  const { items, next } = read.body;
  // With a single resource the other charts already show everything.
  if (items.length < 2 && next === null) return null;
  const rows = items
    .map((item) => ({ ...item, kept: sumOf(item.refused) }))
    .sort((one, other) => other.granted + other.kept - one.granted - one.kept)
    .slice(0, MAX_SHOWN);
  const largest = Math.max(1, ...rows.map(({ granted, kept }) => granted + kept));
  const number = new Intl.NumberFormat(lang);
  return (
    <section class="panel chart-panel wide" aria-labelledby="by-resource">
      <h3 id="by-resource">{t('perResource')}</h3>
      {next !== null ? (
        <p class="hint">{t('moreResources', { count: rows.length, total: items.length })}</p>
      ) : (
        items.length > rows.length && <p class="hint">{t('busiest', { count: rows.length })}</p>
      )}
      <ul class="legend">
        {(['granted', 'refused'] as const).map((outcome) => (
          <li key={outcome}>
            <LegendSwatch colour={`--${outcome}`} />
            {t(outcome)}
          </li>
        ))}
      </ul>
      <ul class="bars">
        {rows.map(({ resource, name, granted, kept }) => (
          <li key={resource}>
            <Link href={hrefOf({ ...view, resource })}>{name}</Link>
            <svg height="14" aria-hidden="true" focusable="false">
              <rect class="let-in" width={`${(100 * granted) / largest}%`} height="14" />
              <rect
                class="kept-out"
                x={`${(100 * granted) / largest}%`}
                width={`${(100 * kept) / largest}%`}
                height="14"
              />
            </svg>
            <span class="bar-numbers">
              <span class="unseen">{t('granted')} </span>
              {number.format(granted)}
              <span class="dot" aria-hidden="true">
                ·
              </span>
              <span class="unseen">, {t('refused')} </span>
              {number.format(kept)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
