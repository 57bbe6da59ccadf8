import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import type { Config } from '../config/load-config.ts';
import { splitLines } from '../events/log/split-lines.ts';
import type { Logger } from '../http/log.ts';
import { ClockInDoubt } from '../kernel/ports/clock.ts';
import type { Store } from '../kernel/ports/store.ts';
import { DAY_MS } from '../kernel/time.ts';
import { type BackupFile, mergeBackups } from '../operations/backup/merge-backups.ts';
import {
  type BackupFacts,
  COUNTED_KINDS,
  inspectBackup,
  type RestoreCounts,
  restoreBackup,
} from '../operations/backup/restore-backup.ts';
import { EventsInvalid, type EventsSince, readWithdrawals } from '../operations/backup/withdrawals/read-withdrawals.ts';
import { type WithdrawnObject, withdrawAgain } from '../operations/backup/withdrawals/withdraw-again.ts';
import { describeDoubt } from '../operations/clock/clock-guard.ts';
import { acceptedMark, assessClock } from '../operations/clock/clock-mark.ts';
import { createArgon2Hasher } from '../platform/argon2/argon2-hasher.ts';
import { verifyAuditExport } from '../platform/jose/audit-statements.ts';
import { loadMasterKeys } from '../platform/secret-box/load-master-key.ts';
import { openSecretBox } from '../platform/secret-box/open-secret-box.ts';
import { createSecretBox } from '../platform/secret-box/secret-box.ts';
import { systemClock } from '../platform/system-clock/system-clock.ts';
import { systemRandom } from '../platform/system-random/system-random.ts';
import { readKeySets } from './audit.ts';
import { type BackupKeys, openBackupFile } from './backup-file.ts';
import { masterKeySource, openArchive, refuseDemoFolder } from './create-ports.ts';
import { openStore } from './open-store.ts';

const REVOKE_AGAIN = `
Blocked and deleted users, lost tokens, assignments, API keys, administrators and their access, passwords, webhooks: revoke or
delete them again before you start the service, or restore with --events. See "Restore" in docs/operations/backup.md.`;

/** No event of the backup's accounts says so: their logs went with them. */
const DELETED_ACCOUNTS = `
If an account was deleted since, it is back with all its data. Delete it again: countersign account delete ID --confirm NAME`;

export interface RestoreOptions extends BackupKeys {
  /** Exports of events since the backup (JSON Lines), one per account: revocations are applied again. */
  events?: readonly string[];
  /** Copies of keys published since the backup. The backup contains its own. */
  keys?: readonly string[];
  /** Print JSON. */
  json?: boolean;
}

/**
 * Restores a backup into an empty store, with the increments after it, and reports the result. It does not use the ports of a service, whose first
 * start would write to the empty store.
 */
export async function restore(
  config: Config,
  log: Logger,
  files: readonly string[],
  options: RestoreOptions = {},
): Promise<void> {
  const { events = [], keys = [], json = false } = options;
  refuseDemoFolder(config);
  const masterKeys = await loadMasterKeys(masterKeySource(config, false));
  const [current, ...old] = masterKeys;
  const store = await openStore(config, log);
  try {
    const base = { store, clock: systemClock, random: systemRandom, archive: await openArchive(config) };
    const ports = { ...base, secrets: createSecretBox(current, { old }) };
    const open = await mergeBackups(await openFiles(files, options), ports);
    const facts = await inspectBackup(ports, open());
    const late = await checkClock(store, facts.backedUpAt);
    const since = await readEvents(facts, events, keys);
    const objects: WithdrawnObject[] = [];
    const complete = async () => {
      if (since.length === 0) return;
      // The MAC key of the backup is now in the store.
      const withSecrets = { ...base, secrets: await openSecretBox(base, masterKeys) };
      const unknown = Buffer.from(systemRandom.bytes(32)).toString('base64url');
      const unknownPassword = await createArgon2Hasher(config.argon2).hash(unknown);
      for (const one of since) objects.push(...(await withdrawAgain(withSecrets, one, unknownPassword)));
    };
    const restored = await restoreBackup(ports, open, { facts, complete });
    const accounts = since.map(({ account, until, lost }) => ({ account, until, lost }));
    if (json) return console.log(JSON.stringify({ ...restored, withdrawals: { accounts, objects } }, null, 2));
    console.log(
      [describeRestored(restored, files.length), ...late, ...describeWithdrawals(restored, accounts, objects)].join(
        '\n',
      ),
    );
  } finally {
    await store.close();
  }
}

async function openFiles(files: readonly string[], keys: BackupKeys): Promise<BackupFile[]> {
  return Promise.all(files.map(async (file) => ({ name: basename(file), open: await openBackupFile(file, keys) })));
}

/**
 * With a wrong clock a restore would leave out what only seems to have expired, or bring back what has (SR-63).
 *
 * @returns a warning if the backup seems old and no other clock says so too
 * @throws ClockInDoubt
 */
async function checkClock(store: Store, backedUpAt: number): Promise<string[]> {
  const now = systemClock.now();
  const reading = { now, bootedAt: now, storeClocks: await store.readClocks() };
  const doubt = assessClock(reading, acceptedMark(backedUpAt, 0));
  if (typeof doubt !== 'object') return [];
  if (doubt.reason !== 'ahead') throw new ClockInDoubt(describeDoubt(doubt));
  const days = Math.floor((now - backedUpAt) / DAY_MS);
  return [
    `\nWARNING: by the clock of this machine the backup is ${days} days old. If it is not, set the clock and restore again: what
has expired by this clock was left out`,
  ];
}

async function readEvents(
  facts: BackupFacts,
  files: readonly string[],
  keyFiles: readonly string[],
): Promise<EventsSince[]> {
  const keys = [...facts.keys, ...(await readKeySets(keyFiles))];
  const verify: Parameters<typeof readWithdrawals>[1] = (lines, trusted) => verifyAuditExport(lines, keys, { trusted });
  const all: EventsSince[] = [];
  for (const file of files) {
    const since = await readWithdrawals(splitLines(createReadStream(file)), verify, facts);
    if (all.some(({ account }) => account === since.account)) {
      throw new EventsInvalid(`two exports are of account ${since.account}: give one that continues from the backup`);
    }
    all.push(since);
  }
  return all;
}

const COUNTED_NAMES: Record<keyof RestoreCounts['objects'], string> = {
  account: 'accounts',
  administrator: 'administrators',
  resource: 'resources',
  user: 'users',
  token: 'tokens',
  filter: 'filters',
  'api-key': 'API keys',
};

function describeRestored(counts: RestoreCounts, files: number): string {
  const { documents, indexEntries, objects, sealedEvents, events, leftOut, eventsLeft, backedUpAt } = counts;
  const increments = files > 1 ? `, from a full one and ${files - 1} after it` : '';
  const left = eventsLeft > 0 ? ` (${eventsLeft} stay in the backup: this store has fewer partitions)` : '';
  return `restored the backup of ${isoTime(backedUpAt)}${increments}
${COUNTED_KINDS.map((kind) => `${COUNTED_NAMES[kind].padEnd(14)} ${objects[kind]}`).join('\n')}
audit log      ${sealedEvents} events
documents      ${documents} (${leftOut} left out: what could be used a second time)
index entries  ${indexEntries}
recent events  ${events}${left}`;
}

function describeWithdrawals(
  { backedUpAt, accounts: restored }: RestoreCounts,
  accounts: readonly Pick<EventsSince, 'account' | 'until' | 'lost'>[],
  objects: readonly WithdrawnObject[],
): string[] {
  const others = restored.filter((id) => !accounts.some(({ account }) => account === id));
  const table = (title: string, field: 'done' | 'review') => {
    const found = objects.filter((one) => one[field].length > 0);
    const rows = found.map((one) => `  ${one.account} ${one.id}  ${one[field].join(', ')}`);
    return rows.length > 0 ? [`\n${title}`, ...rows] : [];
  };
  const back = others.map(
    (account) => `\nWARNING: what was revoked or deleted after ${isoTime(backedUpAt)} is back in ${account}`,
  );
  const again = accounts.map(({ account, until, lost }) => {
    const holes = lost > 0 ? `; up to ${lost} of its events were lost` : '';
    return `\n${account}: its events were applied until ${isoTime(until)}; what was revoked or deleted later, or not sealed by then, is back${holes}`;
  });
  return [
    ...back,
    ...(back.length > 0 ? [REVOKE_AGAIN] : []),
    ...again,
    DELETED_ACCOUNTS,
    ...table('revoked or deleted again:', 'done'),
    ...table('changed since, for you to review:', 'review'),
  ];
}

function isoTime(at: number): string {
  return new Date(at).toISOString();
}
