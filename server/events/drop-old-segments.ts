import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { AccountId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { IndexEntry } from '../kernel/ports/store.ts';
import { transact, type Write } from '../store/transact.ts';
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

/** Segments removed per commit, with all their index entries. Four at once stop other requests twice as long. */
const BATCH_SIZE = 1;

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
      let went = BATCH_SIZE;
      while (went === BATCH_SIZE && !stopping()) {
        went = await dropFrom(ports, id as AccountId, retention);
        dropped += went;
      }
    }
    after = accounts.at(-1);
    if (accounts.length < 200 || stopping()) return dropped;
  }
}

async function dropFrom(ports: Needs, account: AccountId, retention: Retention): Promise<number> {
  const chainKey = auditChainDocument.key(account);
  const [chain] = await ports.store.getMany([chainKey], ports.clock.now());
  if (!chain) return 0;
  const { first, number } = chain.value;
  const candidates = Array.from({ length: Math.min(BATCH_SIZE, number - first + 1) }, (_, at) => first + at);
  const stored = await ports.store.getMany(
    candidates.map((at) => segmentDocument.key(account, at)),
    ports.clock.now(),
  );
  const segments = stored.flatMap((one) => one?.value ?? []);
  if (segments.length === 0 || oldest(chain.value, segments, retention, ports.clock.now()).length === 0) return 0;
  return transact(ports, chainKey.anchor, [chainKey], ([now], at) => {
    // Another process removed them: the next round reads again.
    if (!now || now.value.first !== first) return { answer: 0 };
    const going = oldest(now.value, segments, retention, at);
    return going.length === 0 ? { answer: 0 } : { answer: going.length, write: without(now.value, going) };
  });
}

/** Expired segments from the beginning of the chain. */
function oldest(chain: AuditChain, segments: readonly Segment[], retention: Retention, now: number): Segment[] {
  let { kept } = chain;
  const going: Segment[] = [];
  for (const segment of segments) {
    const left = kept - segment.records.length;
    if (segment.sealedAt >= now - retention.keptMs && left < retention.mostEvents) break;
    going.push(segment);
    kept = left;
  }
  return going;
}

function without(chain: AuditChain, going: readonly Segment[]): Write {
  const last = going.at(-1);
  const value: AuditChain = {
    ...chain,
    first: (last?.number ?? chain.first - 1) + 1,
    firstPrevious: last?.hash ?? chain.firstPrevious,
    kept: going.reduce((left, { records }) => left - records.length, chain.kept),
  };
  return {
    put: [{ key: auditChainDocument.key(chain.account), value }],
    delete: going.map(({ account, number }) => segmentDocument.key(account, number)),
    index: going.flatMap(removalOf),
  };
}
