import type { ResultClaims } from '@countersign/protocol/result';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { accountDocument } from '../../accounts/documents.ts';
import { recoverAdministrator } from '../../administration/recover-administrator.ts';
import { NO_RECOVERY_CODES } from '../../administrators/administrator.ts';
import { administratorDocument } from '../../administrators/documents.ts';
import { chargeDuePlans } from '../../billing/charge-due-plans.ts';
import { choosePlan } from '../../billing/choose-plan.ts';
import { planIndexes } from '../../billing/documents.ts';
import { postEntry } from '../../billing/post-entry.ts';
import { listLedger } from '../../billing/read-plan.ts';
import type { Store } from '../../kernel/ports/store.ts';
import { openSigningKeys } from '../../platform/jose/load-signing-keys.ts';
import { createSigner } from '../../platform/jose/signer.ts';
import { restorationDocument } from '../../store/documents.ts';
import { addActive, addAdministrator, toSecondFactor } from '../../testing/administrators.ts';
import { authenticate, consumeResult, operatorContext, resyncToken } from '../../testing/as-operator.ts';
import { sealEvents } from '../../testing/consuming.ts';
import { append, linesOfExport, sampleEvent } from '../../testing/event-stream.ts';
import {
  addToken,
  createFixture,
  type Fixture,
  type FixtureToken,
  NONCE,
  PASSWORD,
  read,
  unwrap,
} from '../../testing/fixtures.ts';
import { LoginDriver } from '../../testing/login-driver.ts';
import { backupOf, backupReader, overStore } from '../../testing/restore-fixture.ts';
import { userId } from '../../testing/samples.ts';
import { openTemporaryStore } from '../../testing/temporary-store.ts';
import { ISSUER, openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { tokenDocument } from '../../tokens/documents.ts';
import { BackupInvalid, LineSums } from './backup-records.ts';
import { restoreBackup, StoreNotEmpty } from './restore-backup.ts';

let ports: TestPorts;
let scene: Fixture;
let lines: string[];
const removals: (() => Promise<void>)[] = [];

beforeAll(async () => {
  ports = await openTestPorts('backup');
  scene = await createFixture(ports, { tokens: [{}, { kind: 'hotp' }], alone: true });
});
beforeEach(async () => {
  lines = await backupOf(ports);
});
afterAll(async () => {
  for (const remove of removals) await remove();
  await ports.close();
});

async function emptyStore(): Promise<Store> {
  const { store, remove } = await openTemporaryStore();
  removals.push(remove);
  return store;
}
/** The service as it starts on the restored store. */
async function restored(from = lines): Promise<TestPorts> {
  const over = overStore(ports, await emptyStore());
  await restoreBackup(over, backupReader(from));
  return over;
}
async function tokensOf(): Promise<[FixtureToken, FixtureToken]> {
  const [totp, hotp] = scene.tokens;
  if (!totp || !hotp) throw new Error('no tokens');
  return [totp, hotp];
}
const signIn = (over: TestPorts, otp: string) =>
  authenticate(over, { account: scene.account, resource: scene.resource.id, method: 'otp', user: 'alice', otp });

function resultClaims(): ResultClaims {
  const iat = Math.floor(ports.clock.now() / 1000);
  return {
    iss: ISSUER,
    aud: scene.resource.id,
    sub: scene.user.id,
    preferred_username: 'alice',
    nonce: NONCE,
    origin: 'https://shop.example',
    amr: ['pwd'],
    acr: '1',
    otp: 'not_used',
    auth_time: iat,
    iat,
    exp: iat + 60,
    jti: 'flw_00000000001',
  };
}

/** All documents and index entries, without their versions. */
async function contentsOf(store: Store): Promise<Map<string, unknown>> {
  const contents = new Map<string, unknown>();
  let after: string | undefined;
  do {
    const page = await store.scan(after, 1000);
    for (const one of page.records) {
      if (one.kind === 'document') contents.set(JSON.stringify(one.key), [one.value, one.expiresAt]);
      else contents.set(JSON.stringify([one.index, one.entry]), true);
    }
    after = page.next;
  } while (after !== undefined);
  return contents;
}

// SR-62
describe('a restored backup', () => {
  test('holds everything, except what must not return', async () => {
    const over = await restored();
    const [before, after] = [await contentsOf(ports.store), await contentsOf(over.store)];
    const differing = [...before].filter(([name, value]) => JSON.stringify(after.get(name)) !== JSON.stringify(value));
    const kinds = differing.map(([name]) => (JSON.parse(name) as { name?: string }).name).sort();
    expect(kinds).toEqual(['signing-keys', 'token', 'token']);
    expect([...after.keys()].filter((name) => !before.has(name)).sort()).toEqual([
      JSON.stringify({ anchor: 'restoration', name: 'restoration' }),
      JSON.stringify({ anchor: 'store-purpose', name: 'store-purpose' }),
    ]);
    expect(await over.store.readEvents(0, 0, 1000)).toEqual(await ports.store.readEvents(0, 0, 1000));
    const password = { resource: scene.resource.id, method: 'password', user: 'alice', password: PASSWORD } as const;
    expect(unwrap(await authenticate(over, { account: scene.account, ...password })).method).toBe('password');
  });

  test('refuses the code that was used after the backup was made', async () => {
    const [totp] = await tokensOf();
    const otp = await totp.code();
    unwrap(await signIn(ports, otp));
    const over = await restored();
    expect(await signIn(over, otp)).toMatchObject({ refused: expect.stringMatching(/^OTP_|^INVALID/) });
    // A later code signs the user in.
    ports.clock.advance(5 * 30_000);
    unwrap(await signIn(over, await totp.code()));
  });

  test('accepts no code of a counter-based token until it is resynchronised', async () => {
    const single = await createFixture(ports, { tokens: [{ kind: 'hotp' }] });
    const [fob] = single.tokens;
    if (!fob) throw new Error('no token');
    const backup = await backupOf(ports);
    const request = { account: single.account, resource: single.resource.id, method: 'otp', user: 'alice' } as const;
    const used = await fob.code();
    unwrap(await authenticate(ports, { ...request, otp: used }));
    const [next, second, third] = [await fob.code(), await fob.code(1), await fob.code(2)];
    const over = await restored(backup);
    for (const otp of [used, next]) {
      expect(await authenticate(over, { ...request, otp })).toMatchObject({ refused: expect.any(String) });
    }
    const login = { account: single.account, resource: single.resource.id, user: 'alice', password: PASSWORD };
    expect(await authenticate(over, { ...login, method: 'password-otp', otp: next })).toMatchObject({
      refused: 'TOKEN_OUT_OF_STEP',
    });
    unwrap(await resyncToken(over, single.account, fob.id, [next, second]));
    expect(await read(over, tokenDocument.key(fob.id))).not.toHaveProperty('needsResync');
    unwrap(await authenticate(over, { ...request, otp: third }));
  });

  // SR-69. The attack: a backup from before a user enrolled their token, and their password.
  test('lets a password alone enrol no token, because one may have been enrolled after the backup', async () => {
    const resource = { enrolment: { kinds: ['totp' as const], required: false } };
    const shop = await createFixture(ports, { resource, user: { email: 'alice@shop.example' } });
    const backup = await backupOf(ports);
    await addToken(ports, shop.account, { owner: shop.user.id });
    const over = await restored(backup);
    // A handle from before the restore starts nothing.
    ports.clock.advance(1000);
    const walk = await LoginDriver.begin(shop, { ports: over, purpose: 'enrol' });
    await walk.identify();
    await walk.password();
    expect(walk.view.enrol).toBeUndefined();
    expect(walk.view.step).toBe('done');
  });

  test('holds no recovery code of an administrator, used or not', async () => {
    const admin = await addAdministrator(ports, scene.account, { email: 'ada@acme.example', superuser: true });
    const key = administratorDocument.key(scene.account, admin.id);
    expect((await read(ports, key)).recovery).not.toEqual(NO_RECOVERY_CODES);
    const over = await restored(await backupOf(ports));
    expect(await read(over, key)).toEqual({ ...(await read(ports, key)), recovery: NO_RECOVERY_CODES });
  });

  // SR-69. The attack: a backup from before an administrator enrolled their token, and their password.
  test('lets the password alone of an administrator enrol no token either', async () => {
    const { id, email } = await addActive(ports, scene.account, { email: 'eve@acme.example' });
    expect((await toSecondFactor(ports, scene.account, email)).flow.step).toBe('enrol');
    const over = await restored(await backupOf(ports));
    // A handle from before the restore starts nothing.
    ports.clock.advance(1000);
    expect((await toSecondFactor(over, scene.account, email)).flow.step).toBe('password');
    // The operator recovers their access.
    unwrap(await recoverAdministrator({ ...over, issuer: ISSUER }, operatorContext(scene.account), id));
  });

  // SR-62, SR-58. The attack: a signing key is stolen and therefore retired; a restore of an earlier backup makes the
  // thief's signatures valid again.
  test('holds no signing key: none of the backup signs, verifies or is published after it', async () => {
    const claims = resultClaims();
    const forged = await ports.signer.sign(claims);
    const stolen = ports.signer.publicKeys().map(({ kid }) => kid);
    const over = await restored();
    const keys = await openSigningKeys(over, { algorithm: 'ES256' });
    const signer = createSigner({ issuer: ISSUER, keys: keys.all, now: () => ports.clock.now() });
    expect(await signer.verify(forged, { audience: claims.aud, now: ports.clock.now() })).toBeUndefined();
    expect(signer.publicKeys().map(({ kid }) => kid)).not.toEqual(expect.arrayContaining(stolen));
    // The new one signs at once: it has no predecessor that could sign in the meantime.
    const signed = await signer.sign(claims);
    expect(await signer.verify(signed, { audience: claims.aud, now: ports.clock.now() })).toEqual(claims);
    expect(stolen).not.toContain(JSON.parse(Buffer.from(signed.split('.')[0] ?? '', 'base64url').toString()).kid);
  });

  test('holds no result, flow or login request, used or not', async () => {
    const walk = await LoginDriver.begin(scene);
    await walk.identify();
    await walk.password();
    ports.clock.advance(10 * 30_000);
    const [totp] = await tokensOf();
    await walk.otp(await totp.code());
    if (walk.view.step !== 'done' || !walk.view.result) throw new Error(`at ${walk.view.step}`);
    await LoginDriver.begin(scene);
    const over = await restored(await backupOf(ports));
    const left = [...(await contentsOf(over.store)).keys()].map((name) => (JSON.parse(name) as { name?: string }).name);
    for (const kind of ['result', 'flow', 'login-request']) expect(left).not.toContain(kind);
    const input = { account: scene.account, resource: scene.resource.id, result: walk.view.result, nonce: NONCE };
    expect(await consumeResult(over, input)).toMatchObject({ refused: expect.stringMatching(/^RESULT_/) });
  });

  test('continues the numbering of events', async () => {
    const last = (await ports.store.readEvents(0, 0, 10_000)).at(-1)?.sequence ?? 0;
    const over = await restored();
    await over.store.commit({ anchor: 'x', operation: 'x', now: 1, expect: [], append: ['next'] });
    expect(await over.store.readEvents(0, last, 10)).toEqual([{ sequence: last + 1, event: 'next' }]);
  });

  test('of a ledger that grew during the backup has no entry beyond its balance', async () => {
    const act = operatorContext(scene.account);
    const plans = { currency: 'EUR', plans: [{ name: 'Paid', monthlyFee: 100, quotas: { users: 9 } }] };
    const pay = (reference: string) =>
      postEntry(ports, act, plans, { kind: 'credit', amount: 500, currency: 'EUR', reference, reason: 'payment' });
    unwrap(await pay('a'));
    unwrap(await choosePlan(ports, act, plans, 'Paid'));
    const growing: string[] = [];
    // The account has been read; then a payment arrives.
    const scan = ports.store.scan.bind(ports.store);
    let scans = 0;
    ports.store.scan = async (...requested) => {
      if (++scans === 2) unwrap(await pay('b'));
      return scan(...requested);
    };
    for (const line of await backupOf(ports)) growing.push(line);
    ports.store.scan = scan;
    const over = await restored(growing);
    expect(unwrap(await listLedger(over, act, { limit: 10 })).items.map(({ number }) => number)).toEqual([2, 1]);
    const again = { kind: 'credit', amount: 500, currency: 'EUR', reference: 'b', reason: 'payment' } as const;
    expect(unwrap(await postEntry(over, act, plans, again)).entry).toMatchObject({ number: 3, balance: 900 });
    // The next fee is still due.
    ports.clock.advance(32 * 86_400_000);
    await chargeDuePlans(over, plans);
    expect((await read(over, accountDocument.key(scene.account))).balance?.amount).toBe(800);
    expect(await over.store.range(planIndexes.due(), { limit: 10 })).toHaveLength(1);
  });

  // SR-34, SR-62
  test('seals every event that was sealed during the backup, after its log was read', async () => {
    await sealEvents(ports);
    const walked = { ...sampleEvent(0), account: scene.account, subject: userId(999) };
    const scan = ports.store.scan.bind(ports.store);
    let scans = 0;
    ports.store.scan = async (...requested) => {
      if (++scans === 2) {
        await append(ports, 'thing', [walked]);
        await sealEvents(ports);
      }
      return scan(...requested);
    };
    const growing = await backupOf(ports);
    ports.store.scan = scan;
    const over = await restored(growing);
    await sealEvents(over);
    const exported = await linesOfExport(over, scene.account);
    expect(exported.filter((line) => line.includes(userId(999)))).toHaveLength(1);
  });
});

describe('a modified backup is refused, and nothing is written', () => {
  const refuses = async (damaged: readonly string[], message: RegExp) => {
    const store = await emptyStore();
    const attempt = restoreBackup(overStore(ports, store), backupReader(damaged));
    await expect(attempt).rejects.toBeInstanceOf(BackupInvalid);
    await expect(attempt).rejects.toThrow(message);
    expect((await contentsOf(store)).size).toBe(0);
  };

  test('cut off anywhere', async () => {
    for (const length of [0, 1, 2, Math.floor(lines.length / 2), lines.length - 1]) {
      await refuses(lines.slice(0, length), /cut off/);
    }
    const last = lines.at(-1) ?? '';
    await refuses([...lines.slice(0, -1), last.slice(0, -3)], /was changed or damaged/);
  });

  test('a line changed, dropped, doubled, moved or added', async () => {
    const at = lines.findIndex((line) => line.includes('"token"'));
    const line = lines[at] ?? '';
    const edited = [...lines];
    edited[at] = line.replace('"failures":0', '"failures":1');
    expect(edited[at]).not.toBe(line);
    await refuses(edited, /was changed or damaged/);
    await refuses(lines.toSpliced(at, 1), /was changed or damaged/);
    await refuses(lines.toSpliced(at, 0, line), /was changed or damaged/);
    await refuses([...lines.slice(0, at), lines[at + 1] ?? '', line, ...lines.slice(at + 2)], /was changed or damaged/);
    await refuses([...lines, line], /data after the end/);
  });

  test('of another format, of an unknown kind of document, or under another master key', async () => {
    const mac = { keyId: ports.secrets.keyId, nonce: 'n' };
    const written = (records: readonly unknown[]) => {
      const sums = new LineSums(ports.secrets.backupKey(mac) ?? new Uint8Array());
      return records.map((record) => {
        const json = JSON.stringify(record);
        return `${sums.next(json)} ${json}`;
      });
    };
    const header = { backup: 1, partitions: 1, at: 1, mac };
    await refuses(written([{ ...header, backup: 3 }, { end: 1 }]), /this version/);
    await refuses(written([header, { d: ['x', 'novelty/1'], v: {} }, { end: 2 }]), /no rule/);
    await refuses(written([header, { end: 7 }]), /missing/);
    const store = await emptyStore();
    const other: TestPorts = {
      ...overStore(ports, store),
      secrets: {
        ...ports.secrets,
        open: () => {
          throw new Error('another key');
        },
      },
    };
    await expect(restoreBackup(other, backupReader(lines))).rejects.toThrow('give the key of the time of the backup');
    expect((await contentsOf(store)).size).toBe(0);
  });

  test('a store that is not empty is left unchanged', async () => {
    await expect(restoreBackup(ports, backupReader(lines))).rejects.toBeInstanceOf(StoreNotEmpty);
    const [mark] = await ports.store.getMany([restorationDocument.key()], ports.clock.now());
    expect(mark).toBeUndefined();
  });
});

test('an interrupted restore leaves a mark, which identifies the partial store', async () => {
  const over = overStore(ports, await emptyStore());
  const { restoreEvents } = over.store;
  over.store.restoreEvents = () => Promise.reject(new Error('killed'));
  await expect(restoreBackup(over, backupReader(lines))).rejects.toThrow('killed');
  over.store.restoreEvents = restoreEvents;
  expect(await read(over, restorationDocument.key())).not.toHaveProperty('finishedAt');
  await expect(restoreBackup(over, backupReader(lines))).rejects.toBeInstanceOf(StoreNotEmpty);
});

// SR-6. The attack: a restore whose writes fail looks complete.
test('a restore fails if one of its writes does', async () => {
  const over = overStore(ports, await emptyStore());
  over.store.restoreRecords = () => Promise.reject(new Error('the disk is full'));
  await expect(restoreBackup(over, backupReader(lines))).rejects.toThrow('the disk is full');
  expect(await read(over, restorationDocument.key())).not.toHaveProperty('finishedAt');
});
