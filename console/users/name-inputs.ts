import type { Input } from '../edit/inputs.ts';
import { t as common } from '../shell/i18n.ts';
import { t } from './i18n.ts';
import { metadataInput } from './metadata-input.tsx';

/** Who the user is to the sites, which the superuser sets. The service decides whether an id is valid and free. */
export function identityInputs(): Input[] {
  const without = common('none');
  const hint = t('externalIdHint');
  return [{ name: 'externalId', kind: 'text', max: 128, label: t('externalId'), hint, without }, metadataInput()];
}

/** The names of a user. The service decides whether a name is valid and free. */
export function nameInputs(): Input[] {
  const without = common('none');
  const text = (name: string, label: string, max: number, hint?: string): Input => ({
    name,
    kind: 'text',
    max,
    label,
    ...(name !== 'login' && { without }),
    ...(hint !== undefined && { hint }),
  });
  return [
    {
      ...text('login', t('login'), 50, t('loginHint')),
      kind: 'text',
      max: 50,
      check: (value) => (/\s/.test(value.trim()) ? t('loginBlank') : undefined),
    },
    {
      ...text('email', t('email'), 100, t('emailHint')),
      kind: 'text',
      max: 100,
      check: (value) => (/^[^@\s]+@[^@\s]+$/.test(value) ? undefined : t('emailBad')),
    },
    text('firstName', t('firstName'), 100),
    text('secondName', t('secondName'), 100),
    text('alias', t('alias'), 50, t('aliasHint')),
    {
      ...text('phone', t('phone'), 16, t('phoneHint')),
      kind: 'text',
      max: 16,
      check: (value) => (/^\+?[0-9]{10,15}$/.test(value) ? undefined : t('phoneBad')),
    },
  ];
}
