import { CodedError } from '@countersign/protocol/coded-error';
import type { Ports } from '../kernel/ports/ports.ts';
import { ABSENT, type Change, type DocumentOf, type RawKey, type Store, type Stored } from '../kernel/ports/store.ts';

/** Maximum decisions on conflict. Responds 503 CONTENTION. */
const MAX_DECISIONS = 12;

export class Contention extends CodedError {
  readonly code = 'CONTENTION';
  constructor(anchor: string) {
    super(`gave up on ${anchor.slice(0, 4)}… after ${MAX_DECISIONS} conflicts`);
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

/**
 * Reads the documents of one anchor, decides, and commits the decision on exactly the versions that were read. On
 * conflict it reads and decides again, so `decide` must be pure. It resolves only when the commit is durable.
 *
 * @param first `absent`: the documents are probably new, so that the first decision is made without a read, and must
 *   write
 * @throws Contention if other writers win {@link MAX_DECISIONS} times in a row
 * @throws StoreUnavailable if the store is not available
 */
export async function transact<const K extends readonly RawKey[], R>(
  ports: Pick<Ports, 'clock' | 'random'> & { store: Pick<Store, 'getMany' | 'commit'> },
  anchor: string,
  keys: K,
  decide: (current: Current<K>, now: number) => Decision<R>,
  first: 'read' | 'absent' = 'read',
): Promise<R> {
  for (let round = 0; round < MAX_DECISIONS; round++) {
    const now = ports.clock.now();
    const isAbsent = first === 'absent' && round === 0;
    const current = isAbsent ? (keys.map(() => undefined) as Current<K>) : await ports.store.getMany(keys, now);
    const { answer, write } = decide(current, now);
    if (write === undefined) return answer;
    const outcome = await ports.store.commit({
      anchor,
      operation: newOperation(ports),
      once: true,
      now,
      expect: keys.map((key, i) => ({ key, version: current[i]?.version ?? ABSENT })),
      ...write,
    });
    if (outcome === 'committed') return answer;
  }
  throw new Contention(anchor);
}
