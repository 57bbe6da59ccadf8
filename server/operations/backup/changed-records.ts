import { DigestTable, halvesOf } from '@countersign/protocol/digest-table';
import { accountIndexes } from '../../accounts/documents.ts';
import { auditChainDocument } from '../../events/documents.ts';
import type { AuditChain } from '../../events/log/segment.ts';
import type { AccountId } from '../../kernel/ids.ts';
import type { ReadPorts } from '../../kernel/ports/ports.ts';
import { type IndexEntry, type RecordName, type ScannedRecord, StoreUnavailable } from '../../kernel/ports/store.ts';
import { yieldToEventLoop } from '../../kernel/yield-to-event-loop.ts';
import type { BackupPoint } from '../maintenance/backup-point.ts';
import { PAGE } from './page.ts';
import { digestOf } from './record-digest.ts';

/**
 * Each record that was changed since the point, as it is by now, or its name if it is gone. With all that was committed
 * before the call.
 *
 * @throws StoreUnavailable if the store has forgotten meanwhile what changed
 */
export async function* changedRecords(
  { store, clock }: ReadPorts,
  { versions, salt }: BackupPoint,
): AsyncGenerator<{ records: ScannedRecord[]; gone: RecordName[] }> {
  // A record that changes all the time is read once.
  const seen = new DigestTable();
  const isNew = (name: RecordName): boolean => {
    const [high, low] = halvesOf(digestOf(salt, keyOfName(name)));
    if (seen.get(high, low) !== 0) return false;
    seen.set(high, low, 1);
    return true;
  };
  for (const [partition, version] of versions.entries()) {
    let after: number | undefined = version;
    while (after !== undefined) {
      const page = await store.readChanges(partition, after);
      if (!page) throw new StoreUnavailable('the store has forgotten what changed: run the backup again');
      const names = page.names.filter(isNew);
      for (let at = 0; at < names.length; at += PAGE) {
        const some = names.slice(at, at + PAGE);
        const found = await store.lookUp(some);
        const now = clock.now();
        const there = found.map((one) => (one && isExpired(one, now) ? undefined : one));
        yield {
          // The notes of a commit before the point may lie beside later ones: the earlier backup has what it wrote.
          records: there.flatMap((one) => (one && (one.kind === 'index' || one.version > version) ? [one] : [])),
          gone: some.filter((_, n) => !there[n]),
        };
        await yieldToEventLoop();
      }
      after = page.next;
    }
  }
}

function isExpired(record: ScannedRecord, now: number): boolean {
  return record.kind === 'document' && record.expiresAt !== undefined && record.expiresAt <= now;
}

function keyOfName(name: RecordName) {
  if (name.kind === 'document') return { d: [name.key.anchor, name.key.name] } as const;
  return { i: name.index, e: [name.entry.sort, name.entry.id], p: name.partition } as const;
}

/** The heads of all audit logs. */
export async function* allChains({ store, clock }: ReadPorts): AsyncGenerator<AuditChain> {
  for (const index of [accountIndexes.created(), accountIndexes.deleting()]) {
    let after: IndexEntry | undefined;
    do {
      const entries: IndexEntry[] = await store.range(index, { limit: PAGE, ...(after && { after }) });
      const keys = entries.map(({ id }) => auditChainDocument.key(id as AccountId));
      for (const stored of await store.getMany(keys, clock.now())) if (stored) yield stored.value;
      after = entries.length === PAGE ? entries.at(-1) : undefined;
    } while (after);
  }
}
