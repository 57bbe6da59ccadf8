import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crockford, idFromBytes } from '../kernel/ids.ts';
import { apiKeyPrefix, parseApiKey, writeApiKey } from './api-key-format.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const keys = fc.record({
  account: bytes(7).map((random) => idFromBytes('acc', random)),
  id: bytes(7).map((random) => idFromBytes('key', random)),
  secret: bytes(20).map(crockford),
});

test('reads every key back as it was written', () => {
  fc.assert(
    fc.property(keys, (key) => {
      const text = writeApiKey(key);
      expect(parseApiKey(text)).toEqual(key);
      expect(text).toBe(`${apiKeyPrefix(key)}_${key.secret}`);
      expect(apiKeyPrefix(key)).toBe(`csk_${key.account.replace('acc_', '')}_${key.id.replace('key_', '')}`);
    }),
  );
});

// SR-26. The attack: another spelling of a key, which a scanner for leaked keys would miss.
test('a key has one spelling', () => {
  const edit = fc.constantFrom(
    (text: string) => text.toUpperCase(),
    (text: string) => ` ${text}`,
    (text: string) => `${text}\n`,
    (text: string) => text.slice(0, -1),
    (text: string) => `${text}0`,
    (text: string) => text.replace('csk_', 'csk-'),
    (text: string) => text.replace(/.$/, 'u'),
    (text: string) => text.replace(/^(csk_)./, '$17'),
  );
  fc.assert(
    fc.property(keys, edit, (key, spell) => {
      expect(parseApiKey(spell(writeApiKey(key)))).toBeUndefined();
    }),
  );
});
