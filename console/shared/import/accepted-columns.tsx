import { t } from '../i18n.ts';

export interface AcceptedColumn {
  name: string;
  /** Other names of the column, without case, spaces and signs. */
  others: readonly string[];
  rule?: string;
}

/** Every column that an import reads, folded below the choice of the file. */
export function AcceptedColumns({ columns }: { columns: readonly AcceptedColumn[] }) {
  const hasRules = columns.some(({ rule }) => rule !== undefined);
  return (
    <details>
      <summary>{t('columns')}</summary>
      <section class="import-rows" aria-label={t('columns')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('column')}</th>
              {hasRules && <th scope="col">{t('columnRule')}</th>}
              <th scope="col">{t('columnOthers')}</th>
            </tr>
          </thead>
          <tbody>
            {columns.map(({ name, others, rule }) => (
              <tr key={name}>
                <td>
                  <code>{name}</code>
                </td>
                {hasRules && <td>{rule}</td>}
                <td class="other-names">{others.join(', ') || '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p class="hint">{t('columnsHint')}</p>
    </details>
  );
}
