import { CHANGES, type ChangesHeader } from '@countersign/protocol/backup-text';
import type { ArchivePorts, Ports, ReadPorts } from '../../kernel/ports/ports.ts';
import { newOperation, transact } from '../../store/transact.ts';
import { BACKUP_POINT_TTL_MS, type BackupPoint, NEWEST_POINT } from '../maintenance/backup-point.ts';
import { backupPointDocument } from '../maintenance/documents.ts';
import { headerOf, walkStore } from './back-up.ts';
import { createBackupMac } from './backup-mac.ts';
import type { IncrementRecord } from './backup-records.ts';
import { digestOf, keyOf } from './record-digest.ts';

const SALT_BYTES = 16;

/**
 * The lines ({@link CHANGES}), several at a time, from which the command assembles a backup that increments can follow, or an increment. It
 * knows what the earlier backup has; the service knows when that was.
 *
 * @param earlier the backup that the increment follows. Default: a full backup
 */
export async function* backUpChanges(
  ports: ArchivePorts & Pick<Ports, 'secrets'>,
  earlier?: BackupPoint,
): AsyncGenerator<string> {
  const isNoted = earlier !== undefined && (await isNotedSince(ports, earlier));
  // A full backup begins a series: what was noted before it names people who are gone, and would never be removed.
  if (!earlier) await ports.store.forgetChanges();
  // Before the point: what is noted from there on is all that the next increment needs.
  await ports.store.noteChanges(isNoted ? earlier.versions : undefined);
  const { id, point } = await setPoint(ports, earlier);
  const { series, salt, number } = point;
  const { mac, key } = createBackupMac(ports);
  const record = { ...(await headerOf(ports, earlier ? 2 : 1)), mac, series: { id: series, salt, number } };
  const macKey = Buffer.from(key).toString('base64url');
  const header: ChangesHeader = { point: id, macKey, record, ...(isNoted && { hasOnlyChanges: true }) };
  yield CHANGES.header + JSON.stringify(header);
  let lines = 1;
  for await (const steps of walkStore(ports, earlier, isNoted)) {
    const page = steps.flatMap((step) => ('record' in step ? lineOf(salt, step.record) : []));
    const unchanged = steps.flatMap((step) => ('unchanged' in step ? digestOf(salt, step.unchanged) : []));
    if (unchanged.length > 0) page.push(CHANGES.unchanged + unchanged.join(''));
    const gone = steps.flatMap((step) => ('gone' in step ? digestOf(salt, step.gone) : []));
    if (gone.length > 0) page.push(CHANGES.gone + gone.join(''));
    lines += page.length;
    if (page.length > 0) yield page.join('\n');
  }
  yield `${CHANGES.end}${lines}`;
}

function lineOf(salt: string, record: IncrementRecord): string {
  const key = keyOf(record);
  if (!key) return CHANGES.always + JSON.stringify(record);
  const kind = 'i' in record ? CHANGES.asBefore : CHANGES.changed;
  return `${kind}${digestOf(salt, key)} ${JSON.stringify(record)}`;
}

/** False if the notes of changes began later, or were too many. */
async function isNotedSince(
  { store }: ArchivePorts & Pick<Ports, 'secrets'>,
  { versions }: BackupPoint,
): Promise<boolean> {
  for (const [partition, version] of versions.entries()) {
    if (!(await store.readChanges(partition, version))) return false;
  }
  return true;
}

/**
 * Undefined if nothing can follow that backup: it is too old, of another store or of one with other partitions, or a
 * backup was restored since, after which versions begin again.
 */
export async function readBackupPoint({ store, clock }: ReadPorts, id: string): Promise<BackupPoint | undefined> {
  if (id === NEWEST_POINT) return undefined;
  const [stored] = await store.getMany([backupPointDocument.key(id)], clock.now());
  return stored?.value.versions.length === store.partitions ? stored.value : undefined;
}

/** Before the walk: what is committed from now on is in the next increment, whether or not this backup has it too. */
async function setPoint(
  ports: ArchivePorts & Pick<Ports, 'secrets'>,
  earlier: BackupPoint | undefined,
): Promise<{ id: string; point: BackupPoint }> {
  const id = newOperation(ports);
  const { series, salt, number } = earlier ?? {
    series: id,
    salt: Buffer.from(ports.random.bytes(SALT_BYTES)).toString('base64url'),
    number: -1,
  };
  const states = await ports.store.readStates();
  const versions = states.map(({ commits }) => commits);
  const point = { series, salt, number: number + 1, versions, events: states.map(({ events }) => events) };
  for (const name of [id, NEWEST_POINT]) {
    const key = backupPointDocument.key(name);
    await transact(ports, key.anchor, [key], (_, now) => ({
      answer: undefined,
      write: { put: [{ key, value: point, expiresAt: now + BACKUP_POINT_TTL_MS }] },
    }));
  }
  return { id, point };
}
