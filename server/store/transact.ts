import { CodedError } from '@countersign/protocol/coded-error';
import { countWaiting, runExclusive } from '../kernel/keyed-queue.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import {
  ABSENT,
  type Change,
  type DocumentOf,
  type RawKey,
  type Stored,
  StoreUnavailable,
} from '../kernel/ports/store.ts';
import type { ProcessStore } from '../kernel/process-memory.ts';

/** Maximum decisions on conflict. Responds 503 CONTENTION. */
const MAX_DECISIONS = 12;
/** Changes of this process that wait to decide on the same documents. The next is CONTENTION. */
export const MAX_WAITING_CHANGES = 256;

export class Contention extends CodedError {
  readonly code = 'CONTENTION';
  constructor(anchor: string) {
    super(`gave up on ${anchor.slice(0, 4)}… after too many conflicts`);
  }
}

export type Current<K extends readonly RawKey[]> = {
  -readonly [I in keyof K]: Stored<DocumentOf<K[I]>> | undefined;
};

export type Write = Pick<Change, 'put' | 'delete' | 'index' | 'append'>;

/** A decision: the result, and what to write. No write: nothing changes and nothing is expected. */
export interface Decision<R> {
  answer: R;
  write?: Write;
}

/**
 * An unguessable id for one intended change. The instant in front keeps ids of one time together in an ordered store,
 * which then writes few pages instead of one per id.
 */
export function newOperation(ports: Pick<Ports, 'clock' | 'random'>): string {
  return `${ports.clock.now().toString(36)}-${Buffer.from(ports.random.bytes(16)).toString('base64url')}`;
}

type ChangePorts = Pick<Ports, 'clock' | 'random'> & {
  store: Pick<ProcessStore, 'getMany' | 'commit' | 'memory' | 'endPhase'>;
};

/**
 * Reads the documents of one anchor, decides, and commits the decision on exactly the versions that were read. On
 * conflict it reads and decides again, so `decide` must be pure. It resolves only when the commit is durable.
 *
 * After a conflict the changes of this process to the same documents queue: each then decides on what the one before has
 * left. Without conflicts nothing queues.
 *
 * @param first `absent`: the documents are probably new, so that the first decision is made without a read, and must
 *   write; or what was read before, for the first decision: it conflicts if that has changed
 * @throws Contention if other writers win {@link MAX_DECISIONS} times in a row, or too many changes wait
 * @throws StoreUnavailable if the store is not available
 */
export async function transact<const K extends readonly RawKey[], R>(
  ports: ChangePorts,
  anchor: string,
  keys: K,
  decide: (current: Current<K>, now: number) => Decision<R>,
  first: 'read' | 'absent' | Current<K> = 'read',
): Promise<R> {
  const queue = `change/${anchor}/${keys.map(({ name }) => name).join('/')}`;
  const isFree = countWaiting(ports.store, queue) === 0;
  const decided = isFree ? await decideOnce(ports, anchor, keys, decide, first) : undefined;
  if (decided) return decided.answer;
  const decideInTurn = async () => {
    for (let round = isFree ? 1 : 0; round < MAX_DECISIONS; round++) {
      const again = await decideOnce(ports, anchor, keys, decide, 'read');
      if (again) return again.answer;
    }
    throw new Contention(anchor);
  };
  if (countWaiting(ports.store, queue) >= MAX_WAITING_CHANGES) throw new Contention(anchor);
  const isOutage = (error: unknown) => error instanceof StoreUnavailable;
  return runExclusive(ports.store, queue, decideInTurn, MAX_WAITING_CHANGES, isOutage);
}

/** The decision on what is stored; undefined after a conflict. */
async function decideOnce<const K extends readonly RawKey[], R>(
  ports: ChangePorts,
  anchor: string,
  keys: K,
  decide: (current: Current<K>, now: number) => Decision<R>,
  from: 'read' | 'absent' | Current<K>,
): Promise<{ answer: R } | undefined> {
  const now = ports.clock.now();
  const current =
    from === 'read'
      ? await ports.store.getMany(keys, now)
      : from === 'absent'
        ? (keys.map(() => undefined) as Current<K>)
        : from;
  const { answer, write } = decide(current, now);
  if (write === undefined) return { answer };
  const outcome = await ports.store.commit({
    anchor,
    operation: newOperation(ports),
    once: true,
    now,
    expect: keys.map((key, i) => ({ key, version: current[i]?.version ?? ABSENT })),
    ...write,
  });
  return outcome === 'committed' ? { answer } : undefined;
}
