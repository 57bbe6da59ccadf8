import { columnKey, METADATA_LIMITS, USER_COLUMNS } from '@countersign/protocol/user-columns';
import type { AcceptedColumn } from '../shared/import/accepted-columns.tsx';
import { t } from './i18n.ts';

/** As the service has it: its reason for a value, in the reader's language. */
const RULES: Readonly<Record<string, () => string>> = {
  login: () => t('columnLogin'),
  email: () => t('columnEmail'),
  alias: () => t('columnAlias'),
  phone: () => t('columnPhone'),
  firstName: () => t('columnName'),
  secondName: () => t('columnName'),
  apiSupport: () => t('columnApiSupport'),
  externalId: () => t('columnExternalId'),
  metadata: () => t('columnMetadata', METADATA_LIMITS),
};

/** Every column that an import of users reads, with the rule for its values. */
export function acceptedColumns(): AcceptedColumn[] {
  return Object.entries(USER_COLUMNS).map(([name, names]) => ({
    name,
    others: names.filter((one) => one !== columnKey(name)),
    rule: RULES[name]?.() ?? '',
  }));
}

/** Why the service refuses a row, by column. A reason without a text of ours is shown as the service gives it. */
export function fieldReasons(errors: readonly { path: string; message: string }[]): string {
  const reasons = errors.map(({ path, message }) => {
    const [column = ''] = path.split('/');
    return t('importField', { field: path, rule: RULES[column]?.() ?? message });
  });
  return [...new Set(reasons)].join('; ');
}
