import { onTestFinished } from 'vitest';
import type { AccountId } from '../kernel/ids.ts';
import { inspectBackup, restoreBackup } from '../operations/backup/restore-backup.ts';
import { type EventsSince, readWithdrawals } from '../operations/backup/withdrawals/read-withdrawals.ts';
import { type WithdrawnObject, withdrawAgain } from '../operations/backup/withdrawals/withdraw-again.ts';
import { verifyAuditExport } from '../platform/jose/audit-statements.ts';
import { sealEvents } from './consuming.ts';
import { linesOfExport } from './event-stream.ts';
import { backupOf, backupReader, linesReader, overStore } from './restore-fixture.ts';
import { openTemporaryStore } from './temporary-store.ts';
import type { TestPorts } from './test-ports.ts';

/** All events, sealed, in segments after this one. */
export async function exportedEvents(ports: TestPorts, account: AccountId, after = 0): Promise<string[]> {
  while ((await sealEvents(ports)) > 0);
  return linesOfExport(ports, account, after);
}

/** The revocations since the backup, from an export. */
export async function eventsSince(
  ports: TestPorts,
  backup: readonly string[],
  events: readonly string[],
): Promise<EventsSince> {
  const facts = await inspectBackup(ports, backupReader(backup)());
  return readWithdrawals(
    linesReader(events)(),
    (lines, trusted) => verifyAuditExport(lines, facts.keys, { trusted }),
    facts,
  );
}

/** A backup of now, events after it, and the service over the store restored from both, for this test. */
export async function restoredWithEvents(
  ports: TestPorts,
  account: AccountId,
  happen: () => Promise<unknown>,
): Promise<{ over: TestPorts; report: WithdrawnObject[] }> {
  const backup = await backupOf(ports);
  await happen();
  const since = await eventsSince(ports, backup, await exportedEvents(ports, account));
  const { store, remove } = await openTemporaryStore();
  onTestFinished(remove);
  const over = overStore(ports, store);
  let report: WithdrawnObject[] = [];
  const complete = async () => {
    report = await withdrawAgain(over, since, 'hash of an unknown password');
  };
  await restoreBackup(over, backupReader(backup), { complete });
  ports.clock.advance(10 * 30_000);
  return { over, report };
}
