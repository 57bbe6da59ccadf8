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
