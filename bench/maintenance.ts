import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { BackupAssembly } from '../cli/transfer/assemble-backup.ts';
import { readState, type UnprovenState, writeState } from '../cli/transfer/backup-state.ts';
import { accountDocument } from '../server/accounts/documents.ts';
import { backUp } from '../server/backup/back-up.ts';
import { backUpChanges, readBackupPoint } from '../server/backup/back-up-changes.ts';
import { backupText } from '../server/backup/backup-text.ts';
import { BatchWriter } from '../server/backup/batch-writer.ts';
import { type BackupFile, mergeBackups } from '../server/backup/merge-backups.ts';
import { restoreBackup } from '../server/backup/restore-backup.ts';
import { openBackupFile } from '../server/composition/backup-file.ts';
import type { UserId } from '../server/kernel/ids.ts';
import type { Store } from '../server/kernel/ports/store.ts';
import { buildIndexes } from '../server/maintenance/build-indexes.ts';
import { checkLeftovers } from '../server/maintenance/doctor.ts';
import { countSecrets } from '../server/maintenance/reencrypt-secrets.ts';
import { openEmbeddedStore } from '../server/store/lmdb/open-embedded-store.ts';
import { openRedisStore } from '../server/store/redis/open-redis-store.ts';
import { createUser, operatorContext } from '../server/testing/as-operator.ts';
import { sealEvents } from '../server/testing/consuming.ts';
import { birth, createFixture, type Fixture, read, unwrap } from '../server/testing/fixtures.ts';
import { startRedisServer } from '../server/testing/redis-server.ts';
import { overStore } from '../server/testing/restore-fixture.ts';
import { measureStalls } from '../server/testing/stall-meter.ts';
import { openTestPorts, type TestPorts } from '../server/testing/test-ports.ts';
import { tokenDocument } from '../server/tokens/documents.ts';
import { seedContext } from '../server/tokens/seed-context.ts';
import type { Token } from '../server/tokens/token.ts';
import { deleteUser } from '../server/user-management/delete-user.ts';
import { nameClaimDocument, userDocument, userIndexes } from '../server/users/documents.ts';
import type { User } from '../server/users/user.ts';

/**
 * Measures the work on a whole embedded store: how long it takes, and how long it stops everything else. Then restores
 * its backups to both stores: `npx tsx bench/maintenance.ts --users 100000`.
 */
const { values } = parseArgs({
  options: { users: { type: 'string', default: '100000' }, 'no-restore': { type: 'boolean', default: false } },
});
const size = Number(values.users);
const folder = await mkdtemp(join(tmpdir(), 'countersign-maintenance-'));
const file = join(folder, 'backup');
const backups: BackupFile[] = [];
const closing: (() => Promise<void>)[] = [() => rm(folder, { recursive: true })];

try {
  const store = await openEmbeddedStore({ path: join(folder, 'store') });
  const ports = await openTestPorts('maintenance', { store, remove: () => store.close() });
  const scene = await createFixture(ports, { tokens: [{}] });
  // Before there is anything to build.
  await buildIndexes(ports);
  await report('fill the store', () => fill(ports, scene));
  await report('seal the events', () => sealEvents(ports));
  await report('backup', () =>
    pipeline(
      backupText(backUp(ports), () => ({})),
      createWriteStream(file),
    ),
  );
  await reportSize(file);
  const state = await backUpFrom(ports, undefined, 'full backup');
  await report('change a user in a hundred', () => change(ports, scene));
  await backUpFrom(ports, state, 'increment');
  await report('master-key status', () => countSecrets(ports));
  const account = await read(ports, accountDocument.key(scene.account));
  await report('doctor', async () => {
    for await (const leftover of checkLeftovers(ports, account, false)) console.log(leftover);
  });
  if (!values['no-restore']) {
    const target = await openEmbeddedStore({ path: join(folder, 'target') });
    closing.push(() => target.close());
    await report('restore to the embedded store', () => restore(ports, target));
    const server = await startRedisServer({ product: 'redis' });
    closing.push(() => server.stop());
    const redis = await openRedisStore({ url: server.url, warn: () => {} });
    closing.push(() => redis.close());
    await report('restore to Redis', () => restore(ports, redis));
  }
  await ports.close();
} finally {
  for (const close of closing.reverse()) await close();
}

async function report(name: string, work: () => Promise<unknown>): Promise<void> {
  const before = process.cpuUsage();
  const { longestMs, longestWorkMs, totalMs } = await measureStalls(work);
  const { user, system } = process.cpuUsage(before);
  const took = `${(totalMs / 1000).toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of processor time`;
  const stalls = `longest stall ${longestMs.toFixed(0)} ms, of which at most ${longestWorkMs.toFixed(0)} ms of work`;
  console.log(`${name}: ${took}; ${stalls}`);
}

async function reportSize(path: string): Promise<void> {
  console.log(`  ${((await stat(path)).size / 1e6).toFixed(1)} MB`);
}

/** The two halves of a backup with a state apart: what the service sends, and what the command makes of it. */
async function backUpFrom(ports: TestPorts, earlier: UnprovenState | undefined, name: string): Promise<UnprovenState> {
  const point = earlier && (await readBackupPoint(ports, earlier.head.point));
  const [sent, written, state] = ['sent', name, 'state'].map((one) => join(folder, one)) as [string, string, string];
  await report(`${name}, sent by the service`, () =>
    pipeline(
      backupText(backUpChanges(ports, point), () => ({})),
      createWriteStream(sent),
    ),
  );
  await reportSize(sent);
  const assembly = new BackupAssembly(earlier);
  await report(`${name}, assembled by the command`, async () => {
    await pipeline(createReadStream(sent), assembly, createWriteStream(written));
    await writeState(createWriteStream(state), assembly.state, assembly.salt);
  });
  for (const path of [written, state]) await reportSize(path);
  backups.push({ name, open: await openBackupFile(written) });
  return readState(state);
}

/** Changes users, replaces as many, and adds events. */
async function change(ports: TestPorts, { account, user: sample }: Fixture): Promise<void> {
  const act = operatorContext(account);
  const users = await ports.store.range(userIndexes.created(account), { limit: 1000 });
  for (let n = 0; n < size / 100; n++) {
    const login = `newcomer-${n}`;
    unwrap(await createUser(ports, birth(ports, 'usr'), account, { login }));
    const found = users[n % users.length];
    if (found && found.id !== sample.id && n < users.length) await deleteUser(ports, act, found.id as UserId);
  }
}

async function restore(ports: TestPorts, store: Store): Promise<void> {
  await restoreBackup(overStore(ports, store), await mergeBackups(backups, ports));
}

/** Users with a password and a token, and an event each, as far as the store keeps as many. */
async function fill(ports: TestPorts, { account, user: sample, resource, tokens: [sampleToken] }: Fixture) {
  const { store, secrets } = ports;
  const token = await read(ports, tokenDocument.key(sampleToken?.id ?? 'tok_missing'));
  const writer = new BatchWriter(store, ports.clock.now());
  for (let n = 0; n < size; n++) {
    const [{ id: user }, { id }] = [birth(ports, 'usr'), birth(ports, 'tok')];
    const login = `person-${n}`;
    const assignments = [{ resource: resource.id, alone: false, tokens: [{ token: id, epoch: 0 }] }];
    const made: User = { ...sample, id: user, login, email: `${login}@users.example`, assignments };
    const sealedSecret = secrets.seal(ports.random.bytes(20), seedContext(account, id));
    const owned: Token = { ...token, id, name: `Token of ${login}`, sealedSecret, owner: user };
    const written = [
      [userDocument.key(user), made],
      [nameClaimDocument.key(account, login), { user }],
      [nameClaimDocument.key(account, made.email ?? ''), { user }],
      [tokenDocument.key(id), owned],
    ] as const;
    for (const [key, value] of written) {
      await writer.document({ key, value, version: 1 });
      const entries = (key.document.indexes as (value: unknown) => ReturnType<typeof key.document.indexes>)(value);
      for (const entry of entries) await writer.entry(store.partitionOf(key.anchor), entry);
    }
  }
  await writer.flush();
  const last = (await store.readEvents(0, 0, 1000)).at(-1)?.sequence ?? 0;
  for (let from = 0; from < Math.min(size, 200_000); from += 1000) {
    const events = Array.from({ length: 1000 }, (_, at) => ({
      sequence: last + from + at + 1,
      event: {
        type: 'user.updated',
        at: ports.clock.now(),
        account,
        actor: { kind: 'operator' },
        subject: sample.id,
        outcome: 'done',
      },
    }));
    await store.restoreEvents(0, events, last + from + 1000);
  }
}
