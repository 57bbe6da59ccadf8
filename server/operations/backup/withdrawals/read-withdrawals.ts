import { CodedError } from '@countersign/protocol/coded-error';
import type { AuditRecord } from '../../../events/log/segment.ts';
import type { AuditReport } from '../../../events/log/verify-chain.ts';
import type { AccountId } from '../../../kernel/ids.ts';
import type { BackupFacts } from '../restore-backup.ts';
import { type AccountWithdrawals, addEvent } from './collect-withdrawals.ts';
import { isWithdrawing } from './withdrawing-events.ts';

/** The events cannot be used: they are not as they were sealed, or not those since this backup. */
export class EventsInvalid extends CodedError {
  readonly code = 'EVENTS_INVALID';
}

export interface EventsSince extends AccountWithdrawals {
  /** When the events were exported. Later ones are missing. */
  until: number;
  /** Events that were lost before they could be sealed. */
  lost: number;
}

/**
 * Reads the withdrawals since the backup from an export of events: in the segments after the one with which the
 * account's chain ended in the backup.
 *
 * @param verify goes through the lines and checks that they continue these chains, see `verifyChain`
 * @throws EventsInvalid
 */
export async function readWithdrawals(
  lines: AsyncIterable<string>,
  verify: (lines: AsyncIterable<string>, trusted: BackupFacts['chains']) => Promise<AuditReport>,
  { chains, sequences }: Pick<BackupFacts, 'chains' | 'sequences'>,
): Promise<EventsSince> {
  const records: AuditRecord[] = [];
  async function* reading(): AsyncGenerator<string> {
    let isSince = false;
    for await (const line of lines) {
      const { segment, account, event, id } = parsedLine(line);
      if (segment !== undefined) isSince = segment > (chains.get(account as AccountId)?.number ?? 0);
      else if (isSince && id !== undefined && event && isWithdrawing(event.type)) records.push({ id, event });
      yield line;
    }
  }
  const { ok, findings, account, head, lost } = await verify(reading(), chains);
  if (!ok || !head) {
    const [{ line, message } = { line: 0, message: 'there is no end' }] = findings;
    throw new EventsInvalid(
      `the events are not as they were sealed, or not those since the backup: line ${line}: ${message}`,
    );
  }
  const since: EventsSince = { account: account as AccountId, objects: new Map(), until: head.at, lost };
  for (const { id, event } of records) addEvent(since, event, isInBackup(id, sequences));
  return since;
}

/** True if the backup contains the event as well, so that its documents may or may not include its change. */
function isInBackup(id: string, sequences: BackupFacts['sequences']): boolean {
  const [partition = 0, sequence = 0] = id.split('-').map(Number);
  return sequence <= (sequences.get(partition) ?? 0);
}

interface ParsedLine extends Partial<AuditRecord> {
  segment?: number;
  account?: string;
}

/** The verification finds an invalid line. */
function parsedLine(line: string): ParsedLine {
  try {
    return (JSON.parse(line) as ParsedLine | null) ?? {};
  } catch {
    return {};
  }
}
