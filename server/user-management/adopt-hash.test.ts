// SR-18, SR-78
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accountDocument } from '../accounts/documents.ts';
import type { ImportedHash } from '../passwords/imported-hash.ts';
import { createFixture, unwrap } from '../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { adoptHash, refuseImportedHash } from './adopt-hash.ts';

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('adopted hashes');
});
afterAll(() => ports.close());

const pbkdf2 = (iterations: number): ImportedHash => ({
  format: 'text',
  text: `pbkdf2_sha256$${iterations}$salt$${Buffer.alloc(32).toString('base64')}`,
});

// The attack: a site imports a hash that holds a thread for seconds at each guess.
test.each([
  ['PBKDF2', pbkdf2(3_000_000), 1500],
  ['bcrypt', { format: 'text', text: `$2b$15$${'a'.repeat(53)}` }, 1901],
  ['scrypt of many lanes', { format: 'text', text: `$scrypt$ln=14,r=8,p=64$c2FsdA$${'A'.repeat(43)}` }, 2937],
  ['Werkzeug', { format: 'text', text: `pbkdf2:sha256:3000000$salt$${'ab'.repeat(32)}` }, 1500],
  ['bcrypt-sha256', { format: 'text', text: `$bcrypt-sha256$v=2,t=2b,r=15$${'a'.repeat(22)}$${'a'.repeat(31)}` }, 1901],
  ['Dovecot', { format: 'text', text: `{PBKDF2}$1$salt$4000000$${'ab'.repeat(20)}` }, 1400],
  ['Drupal of 2^21 rounds', { format: 'text', text: `$S$J${'a'.repeat(51)}` }, 1993],
] as const)(
  'SR-78: a hash that costs too much is refused, and its cost is named: %s',
  async (_kind, imported, costMs) => {
    const refused = {
      refused: 'PASSWORD_HASH_INVALID',
      detail: `a check of this hash takes some ${costMs} ms, at most 1000 ms are accepted`,
    };
    expect(refuseImportedHash(imported)).toEqual(refused);
    const { account } = await createFixture(ports);
    expect(await adoptHash(ports, account, imported)).toEqual(refused);
    expect(refuseImportedHash({ format: 'text', text: 'unknown' })).toEqual({ refused: 'PASSWORD_HASH_INVALID' });
  },
);

const ASK_ANEW = 'is not supported: import the user without a password, and send a link to choose a new one';

test.each([
  ['yescrypt', '$y$j9T$mLBRhvZBxU1SXL5dEBPxq/$UaO0b1d9PQ2fSmOTQzUCpyXAFQ.Vr6bDGwXqYhQxQZ9', `yescrypt ${ASK_ANEW}`],
  ['apr1', '$apr1$Fgm9vMaP$3rL69uD5w6hD4TvRwFTo8.', `apr1 (Apache) ${ASK_ANEW}`],
  ['MD5-crypt', '{MD5-CRYPT}$1$.w2vJPJO$kftrdE1haRF1RUhriCzJ31', `MD5-crypt ${ASK_ANEW}`],
  ['DES-crypt', '{DES-CRYPT}0tokPpAUXaT3k', `DES-crypt ${ASK_ANEW}`],
  ['yescrypt of an LDAP server', '{CRYPT}$y$j9T$mLBRhvZBxU1$UaO0b1d9PQ2fSmOTQz', `yescrypt ${ASK_ANEW}`],
  ['SCRAM', '{SCRAM-SHA-256}4096,wijYJOn0jYpAM0ZAPFnxNA==,3mKpgMnS5zvX=,7aP4saBUvBYv=', `SCRAM-SHA-256 ${ASK_ANEW}`],
  ['a password in the clear', '{PLAIN}lètmein', 'this is a password in the clear: send it as the password of the user'],
])('a hash of a known kind that is not supported is refused by name, with what to do: %s', (_kind, text, detail) => {
  expect(refuseImportedHash({ format: 'text', text })).toEqual({ refused: 'PASSWORD_HASH_INVALID', detail });
});

test('SR-78: the account notes the costliest hash, before a user has it', async () => {
  const { account } = await createFixture(ports);
  const noted = async () => {
    const [stored] = await ports.store.getMany([accountDocument.key(account)], ports.clock.now());
    return stored?.value.importedHashCostMs;
  };
  expect(await noted()).toBeUndefined();
  unwrap(await adoptHash(ports, account, pbkdf2(600_000)));
  expect(await noted()).toBe(300);
  const { reads } = ports.store;
  unwrap(await adoptHash(ports, account, pbkdf2(400_000)));
  expect(ports.store.reads).toBe(reads);
  expect(await noted()).toBe(300);
  // Another process knows nothing of it, and lowers nothing.
  unwrap(await adoptHash(ports.replica(), account, pbkdf2(400_000)));
  expect(await noted()).toBe(300);
  unwrap(await adoptHash(ports, account, pbkdf2(1_000_000)));
  expect(await noted()).toBe(500);
});
