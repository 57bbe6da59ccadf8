import type { AuditRecord } from '../../domain/audit/segment.ts';
import type { AuditReport } from '../../domain/audit/verify-chain.ts';
import type { AccountId } from '../../domain/ids.ts';
import { type AccountWithdrawals, addEvent } from '../../domain/withdrawals/collect-withdrawals.ts';
import { isWithdrawing } from '../../domain/withdrawals/withdrawing-events.ts';
import type { BackupFacts } from './restore-backup.ts';

/** The events cannot be gone by: they are not as they were sealed, or not those since this backup. */
export class EventsInvalid extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EventsInvalid';
  }
}

export interface EventsSince extends AccountWithdrawals {
  /** When the events were exported. What happened later is not in them. */
  until: number;
  /** Events that were lost before they could be sealed. */
  lost: number;
}

/**
 * Reads from an export of events what was taken away since the backup: in the segments behind the one with which the account's
 * chain ended in the backup.
 *
 * @param verify goes through the lines, see `verifyChain`
 * @throws EventsInvalid
 */
export async function readWithdrawals(
  lines: AsyncIterable<string>,
  verify: (lines: AsyncIterable<string>) => Promise<AuditReport>,
  { chains }: Pick<BackupFacts, 'chains'>,
): Promise<EventsSince> {
  const records: AuditRecord[] = [];
  let meets = false;
  async function* reading(): AsyncGenerator<string> {
    let isSince = false;
    for await (const line of lines) {
      const parsed = parsedLine(line);
      const known = chains.get(parsed?.account as AccountId);
      if (parsed?.segment !== undefined && known) {
        isSince = parsed.segment > known.number;
        meets ||= parsed.segment === known.number + 1 && parsed.previous === known.hash;
      } else if (isSince && parsed?.event && isWithdrawing(parsed.event.type)) records.push(parsed as AuditRecord);
      yield line;
    }
  }
  const { ok, findings, account, head, lost } = await verify(reading());
  const [finding] = findings;
  if (!ok || !head)
    throw new EventsInvalid(`the events are not as they were sealed: line ${finding?.line}: ${finding?.message}`);
  const known = chains.get(account as AccountId);
  if (!known) throw new EventsInvalid(`the events are of ${account}, which is not in the backup`);
  if (!meets && !(head.number === known.number && head.hash === known.hash)) {
    throw new EventsInvalid(
      `the events do not go on from the backup: its chain ends with segment ${known.number}, and the export must begin with the next or before`,
    );
  }
  const since: EventsSince = { account: account as AccountId, objects: new Map(), until: head.at, lost };
  for (const { event } of records) addEvent(since, event);
  return since;
}

interface ParsedLine extends Partial<AuditRecord> {
  segment?: number;
  account?: string;
  previous?: string;
}

/** A line that is none is found by the verification. */
function parsedLine(line: string): ParsedLine | undefined {
  try {
    return JSON.parse(line) as ParsedLine;
  } catch {
    return undefined;
  }
}
