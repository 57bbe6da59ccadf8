import { expect, test } from 'vitest';
import { english } from '../i18n/texts.ts';
import { fieldError } from './field-error.ts';

const refused = (...fields: string[]) => ({ kind: 'refused', code: 'INPUT_INVALID', fields }) as const;

test('shows an error inside a list or a rule at the input that contains it', () => {
  const names = ['name', 'allowedOrigins', 'rule'];
  for (const [path, name] of [
    ['allowedOrigins/2', 'allowedOrigins'],
    ['rule/windows/0/zone', 'rule'],
    ['name', 'name'],
  ] as const) {
    expect(fieldError(refused(path), names, english)?.name, path).toBe(name);
  }
  expect(fieldError(refused('names/0', ''), names, english)).toBeUndefined();
});
