import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { AccountId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { IndexEntry } from '../kernel/ports/store.ts';
import { type Decision, transact, type Write } from '../store/transact.ts';
import { auditChainDocument, consumerIndexes, segmentDocument } from './documents.ts';
import type { AuditChain, Segment } from './log/segment.ts';
import { removalOf, SEALER } from './seal-events.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random'>;

export interface Retention {
  /** Segments sealed longer ago than this are removed. */
  keptMs: number;
  /** Maximum events of an account; the oldest segments beyond it are removed whole. */
  mostEvents: number;
}

/**
 * Removes expired segments. The chain then begins later and stays verifiable: the hash that the first retained segment
 * continues from is stored, and every export signs it. Returns the number of removed segments.
 */
export async function dropOldSegments(
  ports: Needs,
  retention: Retention,
  { stopping = () => false }: { stopping?: () => boolean } = {},
): Promise<number> {
  let dropped = 0;
  for (let after: IndexEntry | undefined; ; ) {
    const index = consumerIndexes.accounts(SEALER);
    const accounts = await ports.store.range(index, { limit: 200, ...omitUndefined({ after }) });
    for (const { id } of accounts) {
      while (!stopping() && (await dropOldest(ports, id as AccountId, retention))) dropped += 1;
    }
    after = accounts.at(-1);
    if (accounts.length < 200 || stopping()) return dropped;
  }
}

/** Removes the oldest segment if it is expired. More in one commit, with their index entries, would hold up requests. */
async function dropOldest(ports: Needs, account: AccountId, retention: Retention): Promise<boolean> {
  const chainKey = auditChainDocument.key(account);
  const [chain] = await ports.store.getMany([chainKey], ports.clock.now());
  if (!chain) return false;
  const [stored] = await ports.store.getMany([segmentDocument.key(account, chain.value.first)], ports.clock.now());
  const segment = stored?.value;
  if (!segment || !isExpired(segment, chain.value, retention, ports.clock.now())) return false;
  return transact(ports, chainKey.anchor, [chainKey], ([now], at): Decision<boolean> => {
    // Another process removed it: the next round reads again.
    const isOldest = now?.value.first === segment.number;
    if (!isOldest || !isExpired(segment, now.value, retention, at)) return { answer: false };
    return { answer: true, write: without(now.value, segment) };
  });
}

function isExpired(segment: Segment, { kept }: AuditChain, { keptMs, mostEvents }: Retention, now: number): boolean {
  return segment.sealedAt < now - keptMs || kept - segment.records.length >= mostEvents;
}

function without(chain: AuditChain, segment: Segment): Write {
  const value: AuditChain = {
    ...chain,
    first: segment.number + 1,
    firstPrevious: segment.hash,
    kept: chain.kept - segment.records.length,
  };
  return {
    put: [{ key: auditChainDocument.key(chain.account), value }],
    delete: [segmentDocument.key(chain.account, segment.number)],
    index: removalOf(segment),
  };
}
