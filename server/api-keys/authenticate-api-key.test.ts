import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAccount } from '../accounts/create-account.ts';
import type { AccountId } from '../kernel/ids.ts';
import { createApiKey } from '../testing/as-operator.ts';
import { overwrite, unwrap } from '../testing/fixtures.ts';
import { openTestPorts, type TestPorts } from '../testing/test-ports.ts';
import { authenticateApiKey } from './authenticate-api-key.ts';
import { apiKeyDocument } from './documents.ts';

let ports: TestPorts;
let account: AccountId;
beforeAll(async () => {
  ports = await openTestPorts('api key');
  account = unwrap(await createAccount(ports, { name: 'Acme' })).account.id;
});
afterAll(() => ports.close());

const LIFETIME_MS = 3_600_000;
const INVALID = { refused: 'API_KEY_INVALID' };
const make = async (of = account) =>
  unwrap(await createApiKey(ports, { account: of, name: 'key', scopes: ['read'], lifetimeMs: LIFETIME_MS }));

// SR-26
describe('an API key', () => {
  test('authenticates as itself', async () => {
    const { key, text } = await make();
    expect(unwrap(await authenticateApiKey(ports, text)).key).toEqual(key);
  });

  test('has 160 random bits, of which the store keeps a hash', async () => {
    const before = ports.store.commits.length;
    const { text } = await make();
    const secret = text.slice(text.lastIndexOf('_') + 1);
    expect(secret).toMatch(/^[0-9a-hjkmnp-tv-z]{32}$/);
    expect(JSON.stringify(ports.store.commits.slice(before))).not.toContain(secret);
  });

  // SR-39
  test('stops working within the request once it is disabled', async () => {
    const { key, text } = await make();
    await overwrite(ports, apiKeyDocument.key(account, key.id), { enabled: false });
    expect(await authenticateApiKey(ports, text)).toEqual(INVALID);
  });

  test('stops working at the instant of its expiry', async () => {
    const { text } = await make();
    ports.clock.advance(LIFETIME_MS - 1);
    expect(await authenticateApiKey(ports, text)).toHaveProperty('key');
    ports.clock.advance(1);
    expect(await authenticateApiKey(ports, text)).toEqual(INVALID);
  });

  test('is refused with another secret, another key’s secret, or moved to another account', async () => {
    const [{ text: one }, { text: two }] = [await make(), await make()];
    const other = unwrap(await createAccount(ports, { name: 'Other' })).account.id;
    const [csk, accountPart, id] = one.split('_');
    const secret = two.split('_')[3];
    for (const hostile of [
      `${csk}_${accountPart}_${id}_${secret}`,
      `${csk}_${accountPart}_${id}_${'0'.repeat(32)}`,
      `${csk}_${other.slice(4)}_${id}_${one.split('_')[3]}`,
      `${csk}_${accountPart}_${two.split('_')[2]}_${one.split('_')[3]}`,
    ]) {
      expect(await authenticateApiKey(ports, hostile)).toEqual(INVALID);
    }
  });

  test.each(['', 'csk_', 'csk___', ' ', '__proto__', 'csk_\u0000', 'x'.repeat(10_000)])(
    'of another shape (%j) is refused without a look-up',
    async (text) => {
      const before = ports.store.reads;
      expect(await authenticateApiKey(ports, text)).toEqual(INVALID);
      expect(ports.store.reads).toBe(before);
    },
  );

  test('is refused in capitals, or with text around it', async () => {
    const { text } = await make();
    for (const hostile of [text.toUpperCase(), ` ${text}`, `${text}\n`, `${text}0`, text.slice(0, -1)]) {
      expect(await authenticateApiKey(ports, hostile)).toEqual(INVALID);
    }
  });
});
