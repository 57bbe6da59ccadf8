import { useConsole } from '../shell/context.ts';
import { Link } from '../shell/link.tsx';
import { startOf } from './activity.ts';
import type { ChartProps } from './chart-props.ts';
import { t } from './i18n.ts';

/** The values of a chart as a table, the newest day first, for screen readers and for exact numbers. */
export function ChartTable({ title, days, series, dayHref }: Omit<ChartProps, 'none' | 'isWide'>) {
  const { lang } = useConsole().texts;
  const number = new Intl.NumberFormat(lang);
  const date = new Intl.DateTimeFormat(lang, { dateStyle: 'medium', timeZone: 'UTC' });
  const hasSums = series.every(({ hasNoSum }) => !hasNoSum);
  return (
    <details>
      <summary>
        {t('asTable')}
        <span class="unseen">: {title}</span>
      </summary>
      <div class="chart-table">
        <table>
          <caption class="unseen">{title}</caption>
          <thead>
            <tr>
              <th scope="col">{t('day')}</th>
              {series.map(({ key, label }) => (
                <th key={key} scope="col" class="number">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days
              .map((day, at) => (
                <tr key={day}>
                  <th scope="row">
                    <Link href={dayHref(day)}>{date.format(startOf(day))}</Link>
                  </th>
                  {series.map(({ key, values }) => (
                    <td key={key} class="number">
                      {number.format(values[at] ?? 0)}
                    </td>
                  ))}
                </tr>
              ))
              .reverse()}
          </tbody>
          {hasSums && (
            <tfoot>
              <tr>
                <th scope="row">{t('sum')}</th>
                {series.map(({ key, values }) => (
                  <td key={key} class="number">
                    {number.format(values.reduce((sum, value) => sum + value, 0))}
                  </td>
                ))}
              </tr>
            </tfoot>
          )}
        </table>
      </div>
    </details>
  );
}
