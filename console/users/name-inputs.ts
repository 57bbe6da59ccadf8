import type { Input } from '../edit/inputs.ts';
import { words as common } from '../shell/words.ts';
import { words } from './words.ts';

/** What a person goes by. Whether a name is free, and well-formed, the service decides. */
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
      ...text('login', words('login'), 50, words('loginHint')),
      kind: 'text',
      max: 50,
      check: (value) => (/\s/.test(value.trim()) ? words('loginBlank') : undefined),
    },
    {
      ...text('email', words('email'), 100, words('emailHint')),
      kind: 'text',
      max: 100,
      check: (value) => (/^[^@\s]+@[^@\s]+$/.test(value) ? undefined : words('emailBad')),
    },
    text('firstName', words('firstName'), 100),
    text('secondName', words('secondName'), 100),
    text('alias', words('alias'), 50, words('aliasHint')),
    {
      ...text('phone', words('phone'), 16, words('phoneHint')),
      kind: 'text',
      max: 16,
      check: (value) => (/^\+?[0-9]{10,15}$/.test(value) ? undefined : words('phoneBad')),
    },
  ];
}
