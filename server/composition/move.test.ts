import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createAccount } from '../accounts/create-account.ts';
import { type Config, loadConfig } from '../config/load-config.ts';
import { exportEvents } from '../events/export-events.ts';
import { splitLines } from '../events/log/split-lines.ts';
import { createLogger } from '../http/log.ts';
import type { AccountId } from '../kernel/ids.ts';
import { StoreMoved } from '../kernel/ports/movable-store.ts';
import { DAY_MS } from '../kernel/time.ts';
import { readProcesses } from '../operations/processes/read-processes.ts';
import { verifyAuditExport } from '../platform/jose/audit-statements.ts';
import { createUser, operatorContext } from '../testing/as-operator.ts';
import { sealEvents } from '../testing/consuming.ts';
import { birth, unwrap } from '../testing/fixtures.ts';
import { type RedisServer, startRedisServer } from '../testing/redis-server.ts';
import type { TestPorts } from '../testing/test-ports.ts';
import { userIndexes } from '../users/documents.ts';
import { exitCodeOf } from './command-failure.ts';
import { createPorts } from './create-ports.ts';
import { refuseAnotherStore } from './folder-store.ts';
import { type MoveOptions, move } from './move.ts';
import { openOperatorSocket } from './operator-server.ts';

const log = createLogger({ level: 'silent' });
let folder: string;
let server: RedisServer;
let account: AccountId;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-move-'));
  server = await startRedisServer({ product: 'redis' });
  const { ports } = await createPorts(configOf('embedded'), log);
  ({ id: account } = unwrap(await createAccount(ports, { name: 'Acme' })).account);
  await addUser(ports as TestPorts, 'alice');
  await ports.store.close();
});
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true });
});

function configOf(store: string, partitions = 64): Config {
  const audit = { COUNTERSIGN_AUDIT_ARCHIVE: join(folder, 'archive') };
  const env = { COUNTERSIGN_URL: 'http://localhost:8080', COUNTERSIGN_DATA: folder, ...audit };
  return loadConfig({ ...env, COUNTERSIGN_STORE: store, COUNTERSIGN_STORE_PARTITIONS: String(partitions) });
}
const redisUrl = (database: number) => `redis://127.0.0.1:${server.port}/${database}`;
const addUser = async (ports: TestPorts, login: string) =>
  unwrap(await createUser(ports, birth(ports, 'usr'), account, { login }));
async function moved(config: Config, options: MoveOptions): Promise<string> {
  const printed = vi.spyOn(console, 'log').mockImplementation(() => {});
  const steps = vi.spyOn(console, 'error').mockImplementation(() => {});
  try {
    await move(config, log, options);
    return printed.mock.calls.join('\n');
  } finally {
    printed.mockRestore();
    steps.mockRestore();
  }
}

/** Opens a service on the store, as its next start does, and lets it verify its audit log. */
async function start(config: Config, login: string) {
  const { ports, registration } = await createPorts(config, log);
  try {
    // One that had ended would hold up a change of the master key.
    expect(await readProcesses(ports)).toHaveLength(1);
    await addUser(ports as TestPorts, login);
    await sealEvents(ports);
    const { text } = unwrap(await exportEvents(ports, operatorContext(account).actor, { format: 'jsonl' }));
    const lines: Uint8Array[] = [];
    for await (const piece of text) lines.push(Buffer.from(piece));
    const report = await verifyAuditExport(splitLines(lines), ports.signer.publicKeys());
    return { report, keys: ports.signer.publicKeys().map(({ kid }) => kid) };
  } finally {
    await registration.leave();
    await ports.store.close();
  }
}

// SR-34, SR-58, SR-69. The attack: an administrator's trail ends, or a used code works, because the store was moved.
describe('a service whose store is moved', () => {
  test('keeps its signing keys and an audit log without a gap, on Redis, on fewer partitions, and back', async () => {
    const { keys, report } = await start(configOf('embedded'), 'bob');
    expect(report).toMatchObject({ ok: true, lost: 0 });
    const stores = [
      { to: redisUrl(1), partitions: 64 },
      { to: redisUrl(2), partitions: 3 },
      { to: 'embedded', partitions: 1 },
    ];
    let config = configOf('embedded');
    let { events } = report;
    for (const [n, { to, partitions }] of stores.entries()) {
      if (to === 'embedded') await rm(join(folder, 'store'), { recursive: true });
      const text = await moved(config, to === 'embedded' ? { to } : { to, partitions });
      expect(text).toContain(`COUNTERSIGN_AUDIT_ARCHIVE=${join(folder, 'archive')}`);
      const failure = await createPorts(config, log).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(StoreMoved);
      expect(exitCodeOf(failure)).toBe(78);
      config = configOf(to, partitions);
      const now = await start(config, `after-${n}`);
      expect(now).toMatchObject({ keys, report: { ok: true, lost: 0 } });
      // The user that `start` creates.
      expect(now.report.events).toBe(events + 1);
      ({ events } = now.report);
    }
  });

  test('is moved while it runs, and what runs then changes nothing any more', async () => {
    const [from, to] = [configOf(redisUrl(3), 4), configOf(redisUrl(4), 2)];
    const { ports, registration } = await createPorts(from, log);
    ({ id: account } = unwrap(await createAccount(ports, { name: 'Acme' })).account);
    await addUser(ports as TestPorts, 'unread');
    // Fewer partitions: the move has to read the last events.
    await moved(from, { to: redisUrl(4), partitions: 2 });
    const renewing = registration.renew();
    await expect(renewing).rejects.toMatchObject({ code: 'STORE_CLOSED', isFinished: true });
    await expect(addUser(ports as TestPorts, 'late')).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    await ports.store.close();
    const { report } = await start(to, 'next');
    expect(report).toMatchObject({ ok: true, lost: 0 });
    const found = await createPorts(to, log);
    expect(await found.ports.store.range(userIndexes.created(account), { limit: 10 })).toHaveLength(2);
    await found.ports.store.close();
  });

  test('is moved by the service that has the embedded store open', async () => {
    const config = configOf('embedded');
    await rm(join(folder, 'store'), { recursive: true });
    const opened = await createPorts(config, log);
    ({ id: account } = unwrap(await createAccount(opened.ports, { name: 'Acme' })).account);
    const socket = await openOperatorSocket(opened, config, log);
    const refused = moved(config, { to: redisUrl(4), partitions: 2 });
    await expect(refused).rejects.toMatchObject({ code: 'MOVE_REFUSED' });
    await addUser(opened.ports as TestPorts, 'on');
    expect(await moved(config, { to: redisUrl(5), partitions: 3 })).toContain('it took no changes for');
    await expect(addUser(opened.ports as TestPorts, 'late')).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    await socket?.close();
    await opened.ports.store.close();
    expect(await start(configOf(redisUrl(5), 3), 'next')).toMatchObject({ report: { ok: true, lost: 0 } });
  });

  // The attack on availability: a command without the unit's variables moves an empty store, and a process starts on it.
  test('is moved by the service on Redis of its data folder, whatever variables the command has', async () => {
    const config = configOf(redisUrl(7), 4);
    const opened = await createPorts(config, log);
    ({ id: account } = unwrap(await createAccount(opened.ports, { name: 'Acme' })).account);
    const socket = await openOperatorSocket(opened, config, log);
    await rm(join(folder, 'store'), { recursive: true, force: true });
    const bare = loadConfig({ COUNTERSIGN_DATA: folder });
    const text = await moved(bare, { to: redisUrl(8) });
    expect(text).toContain('COUNTERSIGN_STORE_PARTITIONS=4');
    expect(text).toMatch(/documents +(\d+) \(\1 compared\)/);
    expect(existsSync(join(folder, 'store'))).toBe(false);
    await expect(addUser(opened.ports as TestPorts, 'late')).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    await socket?.close();
    await opened.ports.store.close();
    // Stopped, its data folder still says where its data is.
    await expect(refuseAnotherStore('move', bare)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    expect(await start(configOf(redisUrl(8), 4), 'next')).toMatchObject({ report: { ok: true, lost: 0 } });
  });

  test('is not a new store, nor one without an account', async () => {
    const data = join(folder, 'elsewhere');
    const bare = loadConfig({ COUNTERSIGN_DATA: data });
    await expect(moved(bare, { to: redisUrl(9) })).rejects.toThrow('there is no store in');
    expect(existsSync(data)).toBe(false);
    const empty = await createPorts(bare, log);
    await empty.registration.leave();
    await empty.ports.store.close();
    await expect(moved(bare, { to: redisUrl(9) })).rejects.toThrow('has no account');
  });

  test('is told what cannot be moved, and nothing changes', async () => {
    const config = configOf(redisUrl(5), 3);
    await expect(moved(config, { to: 'https://store.example' })).rejects.toThrow('or the URL of a Redis');
    await expect(moved(config, { to: redisUrl(1), partitions: 64 })).rejects.toThrow(StoreMoved);
    await expect(moved(configOf('embedded'), { to: 'embedded' })).rejects.toThrow('is the store that is configured');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 800 * DAY_MS });
    await expect(moved(config, { to: redisUrl(6) })).rejects.toMatchObject({ code: 'CLOCK_IN_DOUBT' });
    vi.useRealTimers();
    expect(await start(config, 'last')).toMatchObject({ report: { ok: true } });
  });
});
