import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NO_RECOVERY_CODES } from '../../administrators/administrator.ts';
import { administratorDocument } from '../../administrators/documents.ts';
import type { AccountId, WebhookId } from '../../kernel/ids.ts';
import { openSecretBox } from '../../platform/secret-box/open-secret-box.ts';
import { createSecretBox } from '../../platform/secret-box/secret-box.ts';
import { authenticate, operatorContext } from '../../testing/as-operator.ts';
import { addUser, birth, createFixture, type Fixture, PASSWORD, unwrap } from '../../testing/fixtures.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { deleteToken } from '../../tokens/delete-token.ts';
import { tokenDocument } from '../../tokens/documents.ts';
import { listTokens } from '../../tokens/list-tokens.ts';
import { createWebhook } from '../../webhooks/create-webhook.ts';
import { webhookSecretContext, webhooksDocument } from '../../webhooks/documents.ts';
import { CATALOGUE } from './catalogue.ts';
import { macKeyDocument, signingKeysDocument } from './documents.ts';
import { forgetSecrets, judgeMasterKey } from './forget-secrets.ts';
import { countSecrets } from './reencrypt-secrets.ts';

const newKey = createHash('sha256').update('the new master key').digest();
let ports: TestPorts;
let scene: Fixture;
beforeEach(async () => {
  ports = await openTestPorts('forget-secrets');
  // The MAC key is stored as the first start of a service does it.
  ports.secrets = await openSecretBox(ports, [createHash('sha256').update('a master key for tests').digest()]);
  scene = await createFixture(ports, { resource: { methodPolicy: 'auto' }, tokens: [{ kind: 'hotp' }] });
  const webhook = { url: 'https://hooks.shop.example/', enabled: true };
  unwrap(await createWebhook(ports, operatorContext(scene.account), birth(ports, 'whk'), webhook));
});
afterEach(() => ports.close());

const withNewKey = (): TestPorts => ({ ...ports, secrets: createSecretBox(newKey) });
test('every kind of document with secrets says what is left of it', () => {
  const value = { keys: [], webhooks: [], factor: {}, sealed: 'x', sealedSecret: 'x', kind: 'protectimus' };
  for (const document of CATALOGUE.documents.filter(({ secretFields }) => secretFields !== undefined)) {
    const left = document.withoutSecrets(value);
    expect(left === undefined || left !== value, document.kind).toBe(true);
  }
});

// The attack is the loss: the only copy of the master key is gone, and the store must become usable without becoming
// easier to enter.
describe('SR-22: after the master key is lost', () => {
  test('to count what is lost changes nothing', async () => {
    const before = await ports.store.scan(undefined, 1000);
    expect(await forgetSecrets(withNewKey(), 'count')).toMatchObject({
      accounts: [scene.account],
      tokens: { hotp: 1 },
      webhooks: [{ url: 'https://hooks.shop.example/' }],
    });
    expect(await ports.store.scan(undefined, 1000)).toEqual(before);
    expect(await judgeMasterKey(ports)).toBe('right');
    expect(await judgeMasterKey(withNewKey())).toBe('lost');
  });

  test('tokens stay, visibly lost, and no code and no password alone signs in', async () => {
    const code = await scene.tokens[0]?.code();
    await forgetSecrets(withNewKey(), 'forget');
    ports.secrets = await openSecretBox(ports, [newKey]);
    const { items } = unwrap(
      await listTokens(ports, operatorContext(scene.account), { limit: 10, state: 'secret-lost' }),
    );
    expect(items).toMatchObject([{ owner: scene.user.id, secretLost: true }]);
    const { account, resource, user } = scene;
    const who = { account, resource: resource.id, user: user.login, otp: code ?? '' };
    const both = await authenticate(ports, { ...who, method: 'password-otp', password: PASSWORD });
    expect(both).toMatchObject({ refused: 'ACCESS_DENIED' });
    expect(await authenticate(ports, { ...who, method: 'otp' })).toMatchObject({ refused: expect.any(String) });
    const login = await LoginDriver.begin(scene, { ports });
    await login.identify();
    await login.password();
    expect(login.view).toMatchObject({ step: 'denied', error: { code: 'ACCESS_DENIED' } });
    const token = scene.tokens[0]?.id;
    if (token) unwrap(await deleteToken(ports, operatorContext(scene.account), token));
  });

  test('no secret is left under the lost key, and webhooks have new ones', async () => {
    await forgetSecrets(withNewKey(), 'forget');
    const box = await openSecretBox(ports, [newKey]);
    expect(await countSecrets({ ...ports, secrets: box })).toMatchObject({ old: {}, unknown: {} });
    const [webhooks] = await ports.store.getMany([webhooksDocument.key(scene.account)], ports.clock.now());
    const [webhook] = webhooks?.value.webhooks ?? [];
    const [secret, ...others] = webhook?.secrets ?? [];
    expect(others).toEqual([]);
    const context = webhookSecretContext(scene.account, webhook?.id as WebhookId, secret?.id ?? '');
    expect(box.open(secret?.sealed ?? '', context)).toHaveLength(32);
    const gone = await ports.store.getMany([signingKeysDocument.key()], ports.clock.now());
    expect(gone).toEqual([undefined]);
  });

  test('each account has an event', async () => {
    await forgetSecrets(withNewKey(), 'forget');
    const events = await Promise.all(
      Array.from({ length: ports.store.partitions }, (_, partition) => ports.store.readEvents(partition, 0, 1000)),
    );
    const types = events.flat().map(({ event }) => (event as { type: string; account: AccountId }).type);
    expect(types.filter((type) => type === 'master-key.lost')).toHaveLength(1);
  });

  test('an interrupted run lets no service start, and is repeated', async () => {
    await addUser(ports, scene.account, scene.resource, { user: { login: 'bob' }, tokens: [{}] });
    let commits = 0;
    const interrupted = withNewKey();
    interrupted.store.intercept.commit = async (_change, go) => {
      commits += 1;
      if (commits > 2) throw new Error('killed');
      return go();
    };
    await expect(forgetSecrets(interrupted, 'forget')).rejects.toThrow('killed');
    interrupted.store.intercept = {};
    await expect(openSecretBox(ports, [newKey])).rejects.toThrow('another master key');
    await forgetSecrets(withNewKey(), 'forget');
    const box = await openSecretBox(ports, [newKey]);
    expect(await countSecrets({ ...ports, secrets: box })).toMatchObject({ old: {}, unknown: {} });
    const [mac] = await ports.store.getMany([macKeyDocument.key()], ports.clock.now());
    expect(box.isCurrent(mac?.value.sealed ?? '')).toBe(true);
    for (const { id } of scene.tokens) {
      expect((await ports.store.getMany([tokenDocument.key(id)], 0))[0]?.value.secretLost).toBe(true);
    }
  });

  // Its owner would be asked for a PIN that nothing can compare, until the token locks.
  test('a token for sent codes is lost with its PIN, and stays without one', () => {
    const token = { id: 'tok_1', factor: { kind: 'sms', to: '+4915112345678' } };
    const withPin = { ...token, pin: { mac: 'a', position: 'before' } };
    expect(tokenDocument.withoutSecrets(token as never)).toEqual(token);
    expect(tokenDocument.withoutSecrets(withPin as never)).toEqual({ ...withPin, secretLost: true });
  });

  test('the recovery codes of administrators are void', () => {
    const administrator = { id: 'adm_1', recovery: { macs: ['a'], failures: 1 }, token: 'tok_1' } as never;
    expect(administratorDocument.withoutSecrets(administrator)).toEqual({
      id: 'adm_1',
      token: 'tok_1',
      recovery: NO_RECOVERY_CODES,
    });
  });
});
