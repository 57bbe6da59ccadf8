import { useState } from 'preact/hooks';
import { t } from '../i18n.ts';

export interface ImportRow {
  /** Line number in the file, from 1. */
  line: number;
  name: string;
  isBad: boolean;
  text: string;
}

const MAX_SHOWN = 200;

/** The outcome of each row, with a filter for rows with problems. */
export function ImportRows({ rows }: { rows: readonly ImportRow[] }) {
  const [isBadOnly, setBadOnly] = useState(false);
  const bad = rows.filter(({ isBad }) => isBad);
  const wanted = isBadOnly ? bad : rows;
  const visible = wanted.slice(0, MAX_SHOWN);
  return (
    <>
      {bad.length > 0 && bad.length < rows.length && (
        <label class="choice">
          <input
            type="checkbox"
            checked={isBadOnly}
            onChange={({ currentTarget }) => setBadOnly(currentTarget.checked)}
          />
          {t('onlyBad')}
        </label>
      )}
      <section class="import-rows" aria-label={t('rows')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('line')}</th>
              <th scope="col">{t('rowName')}</th>
              <th scope="col">{t('outcome')}</th>
            </tr>
          </thead>
          <tbody>
            {visible.map(({ line, name, isBad, text }) => (
              <tr key={line}>
                <td>{line}</td>
                <td>{name}</td>
                <td class={isBad ? 'bad' : undefined}>{text}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {wanted.length > visible.length && <p class="hint">{t('moreRows', { count: wanted.length - visible.length })}</p>}
    </>
  );
}
