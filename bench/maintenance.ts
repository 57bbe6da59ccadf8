import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { BackupAssembly } from '../cli/transfer/assemble-backup.ts';
import { readState, type UnprovenState, writeState } from '../cli/transfer/backup-state.ts';
import { accountDocument } from '../server/accounts/documents.ts';
import { openBackupFile } from '../server/composition/backup-file.ts';
import type { Store } from '../server/kernel/ports/store.ts';
import { backUp } from '../server/operations/backup/back-up.ts';
import { backUpChanges, readBackupPoint } from '../server/operations/backup/back-up-changes.ts';
import { backupText } from '../server/operations/backup/backup-text.ts';
import { BatchWriter } from '../server/operations/backup/batch-writer.ts';
import { type BackupFile, mergeBackups } from '../server/operations/backup/merge-backups.ts';
import { restoreBackup } from '../server/operations/backup/restore-backup.ts';
import { checkLeftovers } from '../server/operations/maintenance/doctor.ts';
import { countSecrets } from '../server/operations/maintenance/reencrypt-secrets.ts';
import { openEmbeddedStore } from '../server/store/lmdb/open-embedded-store.ts';
import { openRedisStore } from '../server/store/redis/open-redis-store.ts';
import { sealEvents } from '../server/testing/consuming.ts';
import { birth, createFixture, type Fixture, read } from '../server/testing/fixtures.ts';
import { startRedisServer } from '../server/testing/redis-server.ts';
import { overStore } from '../server/testing/restore-fixture.ts';
import { measureStalls } from '../server/testing/stall-meter.ts';
import { openTestPorts, type TestPorts } from '../server/testing/test-ports.ts';
import { tokenDocument } from '../server/tokens/documents.ts';
import { seedContext } from '../server/tokens/seed-context.ts';
import type { Token } from '../server/tokens/token.ts';
import { nameClaimDocument, userDocument } from '../server/users/documents.ts';
import type { User } from '../server/users/user.ts';

/**
 * Measures the work on a whole store: how long it takes, and how long it stops everything else. Then restores its backups
 * to both stores: `npx tsx bench/maintenance.ts --users 100000`. Increments alone, with 0, 1 and 10 % of the users changed:
 * `npx tsx bench/maintenance.ts --users 100000 --only-increments --store redis`.
 */
const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '100000' },
    store: { type: 'string', default: 'embedded' },
    'no-restore': { type: 'boolean', default: false },
    'only-increments': { type: 'boolean', default: false },
  },
});
const onlyIncrements = values['only-increments'];
const size = Number(values.users);
const folder = await mkdtemp(join(tmpdir(), 'countersign-maintenance-'));
const file = join(folder, 'backup');
const backups: BackupFile[] = [];
const closing: (() => Promise<void>)[] = [() => rm(folder, { recursive: true })];
/** Users that were filled in, and their tokens. */
const people: { user: User; token: Token }[] = [];

try {
  const store =
    values.store === 'embedded' ? await openEmbeddedStore({ path: join(folder, 'store') }) : await openRedis();
  const ports = await openTestPorts('maintenance', { store, remove: () => store.close() });
  const scene = await createFixture(ports, { tokens: [{}] });
  await report('fill the store', () => fill(ports, scene));
  if (!onlyIncrements) {
    await report('seal the events', () => sealEvents(ports));
    await report('backup', () =>
      pipeline(
        backupText(backUp(ports), () => ({})),
        createWriteStream(file),
      ),
    );
    await reportSize(file);
  }
  let state = await backUpFrom(ports, undefined, 'full backup');
  for (const percent of [0, 1, 10]) {
    await change(ports, (size * percent) / 100);
    state = await backUpFrom(ports, state, `increment of ${percent} %`);
  }
  if (!onlyIncrements) {
    await report('master-key status', () => countSecrets(ports));
    const account = await read(ports, accountDocument.key(scene.account));
    await report('doctor', async () => {
      for await (const leftover of checkLeftovers(ports, account, false)) console.log(leftover);
    });
  }
  if (!values['no-restore'] && !onlyIncrements) {
    const target = await openEmbeddedStore({ path: join(folder, 'target') });
    closing.push(() => target.close());
    await report('restore to the embedded store', () => restore(ports, target));
    const redis = await openRedis();
    await report('restore to Redis', () => restore(ports, redis));
  }
  await ports.close();
} finally {
  for (const close of closing.reverse()) await close();
}

async function openRedis() {
  const server = await startRedisServer({ product: 'redis' });
  closing.push(() => server.stop());
  // Filling and restoring a large store keeps a slow disk busy for longer than the service would wait.
  const redis = await openRedisStore({ url: server.url, answerTimeoutMs: 60_000, warn: () => {} });
  closing.push(() => redis.close());
  return redis;
}

async function report(name: string, work: () => Promise<unknown>): Promise<void> {
  const before = process.cpuUsage();
  const { longestMs, longestWorkMs, totalMs } = await measureStalls(work, () => setTimeout(1));
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

/** Changes that many users and their tokens, as a sign-in does, and adds their events. */
async function change({ store, clock }: TestPorts, count: number): Promise<void> {
  const now = clock.now();
  let number = 0;
  const work = async () => {
    for (let at = number++; at < count; at = number++) {
      const { user, token } = people[at] ?? {};
      if (!user || !token) return;
      const written = [
        { key: userDocument.key(user.id), value: { ...user, firstName: `Number ${at}` } },
        { key: tokenDocument.key(token.id), value: { ...token, name: `Number ${at}` } },
      ];
      for (const put of written) {
        const operation = `change-${count}-${put.key.anchor}`;
        const event = { type: 'user.updated', at: now, account: user.account, subject: user.id, outcome: 'done' };
        const anchor = put.key.anchor;
        await store.commit({ anchor, operation, once: true, now, expect: [], put: [put], append: [event] });
      }
    }
  };
  await Promise.all(Array.from({ length: 32 }, work));
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
    if (n < size / 10) people.push({ user: made, token: owned });
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
