import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createAccount } from '../accounts/create-account.ts';
import { type Config, loadConfig } from '../config/load-config.ts';
import { exportEvents } from '../events/export-events.ts';
import { createLogger } from '../http/log.ts';
import type { AccountId, UserId } from '../kernel/ids.ts';
import { DAY_MS, HOUR_MS } from '../kernel/time.ts';
import { LineSums } from '../operations/backup/backup-records.ts';
import { rotateSigningKeys } from '../operations/maintenance/rotate-signing-keys.ts';
import { createUser, operatorContext, updateUser } from '../testing/as-operator.ts';
import { sealEvents } from '../testing/consuming.ts';
import { birth, PASSWORD, unwrap } from '../testing/fixtures.ts';
import { startRedisServer } from '../testing/redis-server.ts';
import { writeBackup } from '../testing/restore-fixture.ts';
import type { TestPorts } from '../testing/test-ports.ts';
import { userDocument } from '../users/documents.ts';
import { createPorts } from './create-ports.ts';
import { type RestoreOptions, restore } from './restore.ts';

const log = createLogger({ level: 'silent' });
let folder: string;
let config: Config;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-restore-'));
  config = loadConfig({ COUNTERSIGN_URL: 'http://localhost:8080', COUNTERSIGN_DATA: folder });
});
afterEach(() => rm(folder, { recursive: true }));

const file = (name: string) => join(folder, name);
const removeStore = () => rm(file('store'), { recursive: true });
async function restored(options?: RestoreOptions): Promise<string> {
  const printed = vi.spyOn(console, 'log').mockImplementation(() => {});
  try {
    await restore(config, log, [file('night.backup')], options);
    return printed.mock.calls.join('\n');
  } finally {
    printed.mockRestore();
  }
}

// SR-21, SR-62. A restored store holds encrypted secrets and no signing key. A lost master key must not be replaced
// there.
test('a service on a restored store does not create a new master key', async () => {
  const { ports } = await createPorts(config, log);
  await writeBackup(file('night.backup'), ports);
  await ports.store.close();
  await removeStore();
  await restored();
  await rm(file('master.key'));
  await expect(createPorts(config, log)).rejects.toThrow('is missing');
  await expect(stat(file('master.key'))).rejects.toThrow('ENOENT');
});

test('counts what is in the store afterwards, by kind', async () => {
  const { ports } = await createPorts(config, log);
  const { id: account } = unwrap(await createAccount(ports, { name: 'Acme' })).account;
  for (const login of ['ada', 'alan', 'grace']) {
    unwrap(await createUser(ports, birth(ports as TestPorts, 'usr'), account, { login }));
  }
  while ((await sealEvents(ports)) > 0);
  await writeBackup(file('night.backup'), ports);
  await ports.store.close();
  await removeStore();
  const lines = (await restored()).split('\n');
  // Each user and the account made one event.
  const counts = [
    'accounts       1',
    'administrators 0',
    'users          3',
    'tokens         0',
    'audit log      4 events',
  ];
  expect(lines).toEqual(expect.arrayContaining(counts));
});

// SR-86. The attack: a backup in place of the operator's, by someone who can write to where it is kept.
test('SR-86: a backup without a MAC is not restored, nor one under another master key', async () => {
  const { ports } = await createPorts(config, log);
  await writeBackup(file('genuine'), ports);
  await ports.store.close();
  await removeStore();
  const [{ mac: _, ...header } = {}, ...records]: Record<string, unknown>[] = (await readFile(file('genuine'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line.slice(line.indexOf(' '))));
  const sums = new LineSums(randomBytes(32));
  const forged = [header, ...records].map((one) => JSON.stringify(one)).map((json) => `${sums.next(json)} ${json}\n`);
  await writeFile(file('night.backup'), forged.join(''));
  await expect(restored()).rejects.toThrow('has no MAC under a master key');
  await rename(file('genuine'), file('night.backup'));
  await rm(file('master.key'));
  await writeFile(file('master.key'), `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  await expect(restored()).rejects.toThrow('made under another master key');
});

// SR-62, SR-63. The attack: a restore while the clock is wrong. Ahead, it leaves out what seems to have expired; behind,
// it brings back what has.
describe('a clock that is wrong during the restore', () => {
  const setClock = (offMs: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + offMs });
  afterEach(() => vi.useRealTimers());
  async function backedUp(): Promise<void> {
    const { ports } = await createPorts(config, log);
    await writeBackup(file('night.backup'), ports);
    await ports.store.close();
    await removeStore();
  }

  test('is refused before anything is written, if it is before the backup', async () => {
    await backedUp();
    setClock(-HOUR_MS);
    await expect(restored()).rejects.toThrow('earlier than a time that was trusted before');
    vi.useRealTimers();
    await restored();
  });

  test('or if the store’s clock is another', async () => {
    await backedUp();
    const server = await startRedisServer({ product: 'redis' });
    config = loadConfig({
      COUNTERSIGN_URL: 'http://localhost:8080',
      COUNTERSIGN_DATA: folder,
      COUNTERSIGN_STORE: `redis://127.0.0.1:${server.port}`,
    });
    try {
      setClock(800 * DAY_MS);
      await expect(restored()).rejects.toThrow('differs from that of the store');
      vi.useRealTimers();
      await restored();
    } finally {
      await server.stop();
    }
  });

  test('is shown to the operator, if it is days after the backup and there is no other', async () => {
    await backedUp();
    setClock(800 * DAY_MS);
    expect(await restored()).toMatch(/^WARNING: by the clock of this machine the backup is 800 days old/m);
  });
});

// SR-39, SR-62. The attack: a user who was blocked after the backup is active again, and the operator does not notice.
describe('what was revoked after the backup', () => {
  let account: AccountId;
  let user: UserId;
  beforeEach(async () => {
    const { ports, makeSigningKey } = await createPorts(config, log);
    ({ id: account } = unwrap(await createAccount(ports, { name: 'Acme' })).account);
    const alice = { login: 'alice', password: PASSWORD };
    const created = unwrap(await createUser(ports, birth(ports as TestPorts, 'usr'), account, alice));
    ({ id: user } = created.user);
    await writeBackup(file('night.backup'), ports);
    unwrap(await updateUser(ports, account, user, { blocked: true }));
    while ((await sealEvents(ports)) > 0);
    const { actor } = operatorContext(account);
    const { text } = unwrap(await exportEvents(ports, actor, { format: 'jsonl' }));
    let lines = '';
    for await (const piece of text) lines += piece;
    await writeFile(file('events.jsonl'), lines);
    await writeFile(file('keys.json'), JSON.stringify({ keys: ports.signer.publicKeys() }));
    await rotateSigningKeys(ports, makeSigningKey);
    await ports.store.close();
    await removeStore();
  });

  async function isBlocked(): Promise<boolean | undefined> {
    const { ports } = await createPorts(config, log);
    try {
      const [stored] = await ports.store.getMany([userDocument.key(user)], Date.now());
      return stored?.value.blocked;
    } finally {
      await ports.store.close();
    }
  }

  test('is active again, and the operator is told', async () => {
    const text = await restored();
    expect(text).toMatch(
      /^WARNING: what was revoked or deleted after \d{4}-\d\d-\d\dT[\d:.]+Z is back in acc_\w{11}$/m,
    );
    expect(text).toContain(account);
    expect(text).toContain('countersign account delete');
    expect(await isBlocked()).toBe(false);
  });

  test('is revoked again from the events, and the operator is told', async () => {
    const text = await restored({ events: [file('events.jsonl')], keys: [file('keys.json')] });
    expect(text).not.toContain('WARNING');
    expect(text).toContain('countersign account delete');
    expect(text).toMatch(
      /its events were applied until \d{4}-\d\d-\d\dT[\d:.]+Z; what was revoked or deleted later, or not sealed by then, is back$/m,
    );
    expect(text).toContain(`revoked or deleted again:\n  ${account} ${user}  blocked`);
    expect(await isBlocked()).toBe(true);
  });

  test('is reported in JSON, and its events verify with the keys of the backup', async () => {
    const report = JSON.parse(await restored({ events: [file('events.jsonl')], json: true })) as Record<
      string,
      unknown
    >;
    expect(report.withdrawals).toMatchObject({
      accounts: [{ account, until: expect.any(Number), lost: 0 }],
      objects: [{ account, id: user, done: ['blocked'], review: [] }],
    });
    const { keys } = JSON.parse(await readFile(file('keys.json'), 'utf8')) as { keys: unknown };
    expect(report.keys).toEqual(keys);
  });

  test('stops the restore before any write if the events are changed, repeated or missing', async () => {
    const lines = await readFile(file('events.jsonl'), 'utf8');
    await writeFile(file('changed.jsonl'), lines.replace('"blocked"', '"login"'));
    await expect(restored({ events: [file('changed.jsonl')] })).rejects.toThrow('not as they were sealed');
    const twice = [file('events.jsonl'), file('events.jsonl')];
    await expect(restored({ events: twice })).rejects.toThrow('two exports are of account');
    await expect(restored({ events: [file('none.jsonl')] })).rejects.toThrow('ENOENT');
    await restored();
  });
});
