import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normaliseName } from '../kernel/names.ts';
import { fieldOfName, NAME_FIELDS, userNames } from './user-names.ts';

const name = fc.string({ minLength: 1, maxLength: 12 });
const user = fc.record({ login: name, alias: name, email: name, phone: name }, { requiredKeys: ['login'] });

test('the reported field has the name, and no field before it has it', () => {
  fc.assert(
    fc.property(user, (user) => {
      for (const one of userNames(user)) {
        const field = fieldOfName(user, one);
        expect(normaliseName(user[field] ?? '')).toBe(one);
        for (const before of NAME_FIELDS.slice(0, NAME_FIELDS.indexOf(field))) {
          expect(user[before] === undefined ? undefined : normaliseName(user[before])).not.toBe(one);
        }
      }
    }),
  );
});

test('reports the login for a name that the user does not have', () => {
  expect(fieldOfName({ login: 'alice', email: 'alice@shop.example' }, 'bob')).toBe('login');
});
