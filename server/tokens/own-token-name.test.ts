import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAIL_LANGUAGES } from '../kernel/mail.ts';
import { namesOf, ownPasskeyName, ownTokenName } from './own-token-name.ts';

const none = { language: 'en', taken: new Set<string>() };
const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36';
const ANDROID = 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36';

test('is the kind of token in the language of the user', () => {
  expect(ownTokenName(none, 'totp')).toBe('Authenticator app');
  expect(ownTokenName(none, 'recovery')).toBe('Recovery codes');
  expect(ownTokenName({ ...none, language: 'de' }, 'totp')).toBe('Authenticator-App');
});

test('never is the name of another token of the user', () => {
  const kinds = fc.constantFrom('totp' as const, 'recovery' as const);
  fc.assert(
    fc.property(
      fc.constantFrom(...MAIL_LANGUAGES),
      kinds,
      fc.nat(20),
      fc.array(fc.string()),
      (language, kind, count, others) => {
        const taken = new Set(others);
        for (let made = 0; made < count; made++) {
          const name = ownTokenName({ language, taken }, kind);
          expect(taken.has(name)).toBe(false);
          taken.add(name);
        }
      },
    ),
    { numRuns: 50 },
  );
  const taken = namesOf([{ name: 'Authenticator app' }, { name: 'Authenticator app 2' }]);
  expect(ownTokenName({ ...none, taken }, 'totp')).toBe('Authenticator app 3');
});

describe('of a passkey', () => {
  test.each([
    ['on this computer only', ['internal'], false, WINDOWS, 'Passkey (Windows)'],
    ['on this phone only', ['internal'], false, ANDROID, 'Passkey (Android)'],
    ['in a synced store', ['internal'], true, WINDOWS, 'Passkey'],
    ['that another device can show', ['hybrid', 'internal'], false, WINDOWS, 'Passkey'],
    ['on a key', ['nfc', 'usb'], false, WINDOWS, 'Security key'],
    ['of unknown transports', [], false, WINDOWS, 'Passkey'],
    ['of an unknown system', ['internal'], false, undefined, 'Passkey'],
  ])('%s', (_where, transports, synced, userAgent, name) => {
    expect(ownPasskeyName(none, { transports, synced }, userAgent)).toBe(name);
    const again = ownPasskeyName({ ...none, taken: new Set([name]) }, { transports, synced }, userAgent);
    expect(again).toBe(`${name} 2`);
  });

  test('of a known provider is the name of the provider, in every language', () => {
    const made = { transports: ['internal', 'hybrid'], synced: true, provider: '1Password' };
    expect(ownPasskeyName({ ...none, language: 'de' }, made, WINDOWS)).toBe('1Password');
    expect(ownPasskeyName({ ...none, taken: new Set(['1Password']) }, made)).toBe('1Password 2');
  });
});
