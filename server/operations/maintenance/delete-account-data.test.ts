import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deleteAccount } from '../../accounts/delete-account.ts';
import { accountDocument } from '../../accounts/documents.ts';
import { listAccountDeletions, listAccounts } from '../../accounts/read-account.ts';
import { archiveSegments } from '../../events/archive-segments.ts';
import { type ScannedRecord, StoreUnavailable } from '../../kernel/ports/store.ts';
import { DAY_MS, MINUTE_MS } from '../../kernel/time.ts';
import { anotherSession, sessionHeaders } from '../../testing/administrators.ts';
import { createUser } from '../../testing/as-operator.ts';
import { consumeAll } from '../../testing/consuming.ts';
import { birth, overwrite, PASSWORD, unwrap } from '../../testing/fixtures.ts';
import { openService, refusalOf, type Service } from '../../testing/http-service.ts';
import { addressOf, createSampleFixture, operationsOf, type SampleScene, samples } from '../../testing/operations.ts';
import { openTemporaryArchive, type TemporaryArchive } from '../../testing/temporary-archive.ts';
import { openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { deleteAccountData } from './delete-account-data.ts';
import { checkLeftovers } from './doctor.ts';
import { isEntryOfAccount, isOfAccount } from './owning-account.ts';

let archive: TemporaryArchive;
let ports: TestPorts;
let service: Service;
let doomed: SampleScene;
const removals: (() => Promise<void>)[] = [];
beforeEach(async () => {
  archive = await openTemporaryArchive();
  ports = { ...(await openTestPorts('account deletion')), archive };
  service = await openService('account deletion', ports);
  removals.push(ports.close, archive.delete);
  doomed = await createSampleFixture(service);
});
afterEach(async () => {
  for (const remove of removals.splice(0)) await remove();
});

const consume = () => consumeAll(ports);
async function stored(): Promise<ScannedRecord[]> {
  const found: ScannedRecord[] = [];
  let after: string | undefined;
  do {
    const page = await ports.store.scan(after, 500);
    found.push(...page.records);
    after = page.next;
  } while (after !== undefined);
  return found;
}
const begin = (confirm = 'Acme', isForced = false) => deleteAccount(ports, doomed.account, { confirm, isForced });
const nameOf = async () =>
  (await ports.store.getMany([accountDocument.key(doomed.account)], ports.clock.now()))[0]?.value.name ?? '';

describe('the deletion of an account', () => {
  test('leaves nothing of it in store, stream and archive, and no entry without a document; the others stay', async () => {
    await consume();
    ports.clock.advance(DAY_MS);
    const other = await createSampleFixture(service);
    await consume();
    expect(await archiveSegments(ports, archive)).toBeGreaterThan(0);
    // Operations that leave a document, so that there is one of almost every kind.
    for (const operation of await operationsOf(service)) {
      if (operation.method !== 'POST') continue;
      const sample = await samples[operation.name]?.(doomed);
      const [headers, body] = [sample?.headers ?? {}, sample?.body];
      const by = operation.entrance === 'key' ? { key: doomed.key } : {};
      if (sample) await service.call(addressOf(operation, sample), { ...by, headers, ...(body && { body }) });
    }
    await consume();
    const before = await stored();
    const kinds = new Set(before.map((one) => (one.kind === 'document' ? one.key.name : one.index).split('/')[0]));
    expect(kinds.size).toBeGreaterThan(40);

    unwrap(await begin(await nameOf()));
    ports.clock.advance(MINUTE_MS);
    await consume();
    expect(await deleteAccountData(ports)).toEqual([doomed.account]);

    const after = await stored();
    // What nothing attributes to an account expires.
    const left = after.filter((one) => !JSON.stringify(one).includes('"burnt-attempt'));
    expect(left.filter((one) => JSON.stringify(one).includes(doomed.account))).toEqual([]);
    const gone = before.flatMap((one) =>
      one.kind === 'document' && isOfAccount(one.key, one.value, doomed.account) ? [one.key.anchor] : [],
    );
    // An outbox is shared.
    const anchors = new Set(gone.filter((anchor) => !anchor.startsWith('webhook-outbox/')));
    const orphans = after.filter((one) => one.kind === 'document' && anchors.has(one.key.anchor));
    expect(
      orphans.map((one) => (one.kind === 'document' ? one.key.name : '')).filter((name) => name !== 'flow-begun'),
    ).toEqual([]);
    expect(await ports.store.readEvents(0, 0, 10)).toEqual([]);
    expect(await readdir(join(archive.root, doomed.account))).toEqual([]);

    const isOfOther = (one: ScannedRecord) =>
      one.kind === 'document'
        ? isOfAccount(one.key, one.value, other.account)
        : isEntryOfAccount(one.index, one.entry, other.account);
    const keyOf = (one: ScannedRecord) => JSON.stringify(one.kind === 'document' ? one.key : [one.index, one.entry]);
    expect(after.filter(isOfOther).map(keyOf).sort()).toEqual(before.filter(isOfOther).map(keyOf).sort());
    for (const account of await listAccounts(ports)) {
      for await (const leftover of checkLeftovers(ports, account, false)) expect(leftover).toBeUndefined();
    }
    expect(await listAccountDeletions(ports)).toEqual([]);
  });

  // The attack: a customer whose account is closed goes on with a key or a session before all data is gone.
  test('SR-39: refuses its keys, sessions and sign-ins from the first commit on', async () => {
    const signIn = { resource: doomed.resource.id, method: 'password', user: 'alice', password: PASSWORD };
    const session = { headers: sessionHeaders(await anotherSession(ports, doomed.superuser)) };
    const ask = async () =>
      Promise.all([
        service.call('GET /v1/users', { key: doomed.key }),
        service.call('POST /v1/authentications', { key: doomed.key, body: signIn }),
        service.call('GET /v1/users', session),
      ]);
    expect((await ask()).map(({ status }) => status)).toEqual([200, 200, 200]);
    unwrap(await begin(await nameOf()));
    const codes = await Promise.all((await ask()).map(async (one) => (await refusalOf(one)).code));
    expect(codes).toEqual(['API_KEY_INVALID', 'API_KEY_INVALID', 'SESSION_ENDED']);
    expect(await listAccounts(ports)).toEqual([]);
  });

  test('needs the exact name, and consent if credit is left; it can be repeated', async () => {
    const name = await nameOf();
    for (const wrong of ['', `${name} `, name.toLowerCase()]) {
      expect(await begin(wrong)).toMatchObject({ refused: 'INPUT_INVALID' });
    }
    const balance = { amount: 4900, currency: 'EUR', entries: 1, low: false };
    await overwrite(ports, accountDocument.key(doomed.account), { balance });
    expect(await begin(name)).toMatchObject({ refused: 'INPUT_INVALID', detail: expect.stringContaining('4900') });
    const { deletion } = unwrap(await begin(name, true));
    ports.clock.advance(1000);
    expect(unwrap(await begin('anything')).deletion).toEqual(deletion);
    expect(await deleteAccountData(ports)).toEqual([]);
    const missing = await deleteAccount(ports, birth(ports, 'acc').id, { confirm: name, isForced: true });
    expect(missing).toMatchObject({ refused: 'ACCOUNT_NOT_FOUND' });
  });

  // The attack: a service that was down has events to seal, which begin the log of the account again after its end.
  test('waits until its events are sealed', async () => {
    unwrap(await begin(await nameOf()));
    ports.clock.advance(MINUTE_MS);
    expect(await deleteAccountData(ports)).toEqual([]);
    await consume();
    expect(await deleteAccountData(ports)).toEqual([doomed.account]);
    await consume();
    expect((await stored()).filter((one) => JSON.stringify(one).includes(doomed.account))).toEqual([]);
  });

  test('leaves no file that the archive was writing meanwhile', async () => {
    await consume();
    unwrap(await begin(await nameOf()));
    ports.clock.advance(DAY_MS);
    let done: string[] = [];
    const slow: TestPorts = { ...ports.replica(), archive };
    const put: TemporaryArchive['put'] = async (...given) => {
      done = await deleteAccountData(ports);
      await archive.put(...given);
    };
    expect(await archiveSegments(slow, { ...archive, put })).toBe(0);
    expect(done).toEqual([doomed.account]);
    expect(await readdir(join(archive.root, doomed.account))).toEqual([]);
  });

  test('continues after a kill at any commit', async () => {
    await consume();
    unwrap(await begin(await nameOf()));
    ports.clock.advance(MINUTE_MS);
    // Each run is killed one commit later than the one before, until one gets through.
    let cut = 0;
    for (let isDone = false; !isDone; cut++) {
      let commits = 0;
      const killed = { ...ports.replica(), archive };
      killed.store.intercept = {
        commit: async (_, go) => {
          if (commits === cut) throw new StoreUnavailable('the process was killed');
          commits += 1;
          return go();
        },
      };
      const done = await deleteAccountData(killed).catch(() => undefined);
      isDone = done?.includes(doomed.account) ?? false;
    }
    expect(cut).toBeGreaterThan(5);
    const left = (await stored()).filter((one) => JSON.stringify(one).includes(doomed.account));
    expect(left).toEqual([]);
  });
});

// The attack: a customer chooses names that look like another account, whose deletion then takes their data along.
test('SR-51: names that contain the id of a deleted account protect nothing and cost nothing', async () => {
  const other = await createSampleFixture(service);
  const names = [doomed.account, `name/${doomed.account}/x`, `x/${doomed.account}`];
  for (const login of names) unwrap(await createUser(ports, birth(ports, 'usr'), other.account, { login }));
  const of = async () => (await stored()).filter((one) => JSON.stringify(one).includes(other.account)).length;
  await consume();
  const before = await of();
  unwrap(await begin(await nameOf()));
  ports.clock.advance(MINUTE_MS);
  expect(await deleteAccountData(ports)).toEqual([doomed.account]);
  expect(await of()).toBe(before);
});
