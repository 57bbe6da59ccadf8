import type { Input } from '../edit/inputs.ts';
import { t } from './i18n.ts';
import { readOrigin } from './resource.ts';

/** The allowed origins, for new and existing resources. */
export function originInputs(): Input[] {
  return [
    {
      name: 'allowedOrigins',
      kind: 'list',
      maxItems: 100,
      label: t('allowedOrigins'),
      hint: t('allowedOriginsHint'),
      placeholder: 'https://www.example.com',
      read: readOrigin,
    },
    { name: 'allowLocalhost', kind: 'toggle', label: t('allowLocalhost'), hint: t('allowLocalhostHint') },
  ];
}
