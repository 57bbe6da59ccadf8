import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAccount } from '../../accounts/create-account.ts';
import { answerEnrolment } from '../../administration/login/answer-sign-in.ts';
import { presentSignIn } from '../../administration/login/present-sign-in.ts';
import { confirmTokenReplacement, requestTokenReplacement } from '../../administration/replace-token.ts';
import type { AccountId } from '../../kernel/ids.ts';
import { openSecretBox } from '../../platform/secret-box/open-secret-box.ts';
import { createSecretBox } from '../../platform/secret-box/secret-box.ts';
import {
  addActive,
  addAdministrator,
  codeOf,
  proofBy,
  selfServiceContext,
  toSecondFactor,
} from '../../testing/administrators.ts';
import { createToken, createUser, idempotently } from '../../testing/as-operator.ts';
import { addToken, birth, createFixture, unwrap } from '../../testing/fixtures.ts';
import { touches } from '../../testing/intercepted-store.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import { keyOf as storeKey } from '../../testing/store-conformance/changes.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { tokenDocument } from '../../tokens/documents.ts';
import { base32Decode } from '../../tokens/kinds/oath/base32.ts';
import { reencryptionDocument } from './documents.ts';
import { countSecrets, reencryptSecrets, reencryptStep } from './reencrypt-secrets.ts';

const keyOf = (name: string) => new Uint8Array(createHash('sha256').update(name).digest());
const OLD = keyOf('a master key for tests');
const NEW = keyOf('the next master key');

let ports: TestPorts;
let account: AccountId;
beforeEach(async () => {
  ports = await openTestPorts('reseal');
  ports.secrets = await openSecretBox(ports, [OLD]);
  account = unwrap(await createAccount(ports, { name: 'Acme' })).account.id;
});
afterEach(() => ports.close());

const SPEC = { name: 'phone', kind: 'totp', algorithm: 'SHA1', digits: 6, periodMs: 30_000, counter: 0 } as const;
const makeTokens = async (count: number) => {
  for (let n = 0; n < count; n++) unwrap(await createToken(ports, birth(ports, 'tok'), account, SPEC));
};
/** The same service, started with the new key and the old one beside it. */
const underNewKey = async (): Promise<TestPorts> => ({ ...ports, secrets: await openSecretBox(ports, [NEW, OLD]) });
const OLD_ID = createSecretBox(OLD).keyId;

// SR-22
describe('under a new master key', () => {
  test('everything keeps working, and all secrets end up under it', async () => {
    const scene = await createFixture(ports, { tokens: [{}] });
    await makeTokens(7);
    const fresh = await underNewKey();
    // Seven and the fixture's; the MAC key; the signing key.
    expect((await countSecrets(fresh)).old).toEqual({ [OLD_ID]: 10 });
    const progress = await reencryptSecrets(fresh);
    expect(progress).toMatchObject({ resealed: 10, missed: 0 });
    expect(await countSecrets(fresh)).toEqual({ current: 10, old: {}, unknown: {} });

    // The old key is removed from the configuration by now.
    const after = { ...ports, secrets: await openSecretBox(ports, [NEW]) };
    const [token] = scene.tokens;
    const stored = await token?.stored();
    if (!stored) throw new Error('no token');
    const context = { account: scene.account, kind: 'token', id: stored.id, field: 'secret' } as const;
    expect(after.secrets.open(stored.sealedSecret, context)).toEqual(token?.secret);
    await expect(openSecretBox(ports, [OLD])).rejects.toThrow('another master key');
  });

  test('a walk that was killed continues from its last position', async () => {
    await makeTokens(25);
    const fresh = await underNewKey();
    let died = 0;
    fresh.store.intercept.commit = (change, go) => {
      if (touches(change, 'token') && ++died === 12) throw new Error('killed');
      return go();
    };
    await expect(
      (async () => {
        while ((await reencryptStep(fresh, 5)).finishedAt === undefined);
      })(),
    ).rejects.toThrow('killed');
    fresh.store.intercept = {};
    const [half] = await ports.store.getMany([reencryptionDocument.key()], ports.clock.now());
    expect(half?.value.after).toBeDefined();
    const again = await underNewKey();
    await reencryptSecrets(again);
    expect(await countSecrets(again)).toEqual({ current: 27, old: {}, unknown: {} });
  });

  test('a secret that is sealed with the old key behind the walk is found by the next one', async () => {
    await makeTokens(3);
    const fresh = await underNewKey();
    await reencryptSecrets(fresh);
    await makeTokens(1);
    expect((await countSecrets(fresh)).old).toEqual({ [OLD_ID]: 1 });
    await reencryptSecrets(fresh);
    expect((await countSecrets(fresh)).old).toEqual({});
  });

  test('a document that changes during the walk is neither lost nor skipped', async () => {
    const scene = await createFixture(ports, {});
    const token = await addToken(ports, scene.account, {});
    const fresh = await underNewKey();
    let raced = false;
    fresh.store.intercept.commit = async (change, go) => {
      if (touches(change, 'token') && !raced) {
        raced = true;
        const key = tokenDocument.key(token.id);
        const value = { ...(await token.stored()), nextCounter: 77 };
        await ports
          .replica()
          .store.commit({ anchor: key.anchor, operation: 'race', now: 1, expect: [], put: [{ key, value }] });
      }
      return go();
    };
    await reencryptSecrets(fresh);
    expect((await token.stored()).nextCounter).toBe(77);
    expect((await countSecrets(fresh)).old).toEqual({});
  });

  test('an administrator’s enrolment under way is re-encrypted too, at the first sign-in and for a replaced token', async () => {
    await addActive(ports, account, { email: 'grace@example.com' });
    const first = await toSecondFactor(ports, account, 'grace@example.com');
    const view = (await presentSignIn(ports, first)).enrolment;
    const ada = await addAdministrator(ports, account, { email: 'ada@example.com' });
    const requested = unwrap(await requestTokenReplacement(ports, selfServiceContext(ada), proofBy(ports, ada)));
    const fresh = await underNewKey();
    await reencryptSecrets(fresh);
    expect(await countSecrets(fresh)).toEqual({ current: expect.any(Number), old: {}, unknown: {} });

    // Both codes are of seeds that were shown before, and the old key is removed.
    const after = { ...ports, secrets: await openSecretBox(ports, [NEW]) };
    const codeFor = (secret = '') => codeOf(ports, base32Decode(secret) ?? new Uint8Array());
    const otp = codeFor(view?.secret);
    expect(
      unwrap(await answerEnrolment(after, { handle: first.handle, seq: 2, otp, client: {} })).opened,
    ).toBeDefined();
    unwrap(await confirmTokenReplacement(after, selfServiceContext(ada), codeFor(requested.secret)));
    expect(await countSecrets(after)).toEqual({ current: expect.any(Number), old: {}, unknown: {} });
  });

  test('a user’s enrolment under way is re-encrypted too, and becomes their token without the old key', async () => {
    const scene = await createFixture(ports, { resource: { enrolment: { kinds: ['totp'], required: true } } });
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    await walk.password();
    const { enrol } = walk.view;
    const secret = base32Decode(enrol?.kind === 'totp' ? enrol.secret : '') ?? new Uint8Array();
    const fresh = await underNewKey();
    await reencryptSecrets(fresh);
    expect(await countSecrets(fresh)).toEqual({ current: expect.any(Number), old: {}, unknown: {} });

    const secrets = await openSecretBox(ports, [NEW]);
    const later = new LoginDriver(scene, { ...ports, secrets }, { ...walk.view, handle: walk.handle }, undefined);
    expect(await later.enrol(codeOf(ports, secret))).toMatchObject({ step: 'codes' });
  });

  test('a sealed value at an unknown location is counted, and not taken for done', async () => {
    const key = storeKey('somewhere', 'novelty/1');
    const sealed = ports.secrets.seal(new Uint8Array(3), { account: 'a', kind: 'token', id: 'x', field: 'y' });
    const change = { anchor: key.anchor, operation: 'novelty', now: ports.clock.now(), expect: [] };
    await ports.store.commit({ ...change, put: [{ key, value: { inner: [{ sealed }] } }] });
    const fresh = await underNewKey();
    await reencryptSecrets(fresh);
    expect(await countSecrets(fresh)).toMatchObject({ old: { [OLD_ID]: 1 }, unknown: { 'novelty/1': 1 } });
  });

  test('a repeated Idempotency-Key still gets the first response, before and after, and keeps its expiry', async () => {
    const request = { account, key: 'once', fingerprint: 'body', prefix: 'usr' } as const;
    const make = (over: TestPorts) =>
      idempotently(over, request, async (newId) => unwrap(await createUser(over, newId, account, { login: 'maria' })));
    const first = unwrap(await make(ports));
    const fresh = await underNewKey();
    expect(unwrap(await make(fresh))).toEqual(first);
    await reencryptSecrets(fresh);
    const after = { ...ports, secrets: await openSecretBox(ports, [NEW]) };
    expect(unwrap(await make(after))).toEqual(first);
    ports.clock.advance(25 * 3_600_000);
    const page = await ports.store.scan(undefined, 1000);
    const left = page.records.filter((one) => one.kind === 'document' && one.key.name === 'idempotency');
    for (const one of left) expect('expiresAt' in one && one.expiresAt).toBeLessThan(ports.clock.now());
    expect(left.length).toBeGreaterThan(0);
  });

  test('values derived by MAC stay the same: unknown names, known networks, ids', async () => {
    const before = ports.secrets.mac('unknown-name', 'nobody');
    // The first start stores the MAC key that its master key gives.
    expect(createSecretBox(OLD).mac('unknown-name', 'nobody')).toEqual(before);
    const fresh = await underNewKey();
    expect(fresh.secrets.mac('unknown-name', 'nobody')).toEqual(before);
    await reencryptSecrets(fresh);
    expect((await openSecretBox(ports, [NEW])).mac('unknown-name', 'nobody')).toEqual(before);
  });
});
