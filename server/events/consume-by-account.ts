import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { AccountEvent } from '../kernel/event.ts';
import type { AccountId } from '../kernel/ids.ts';
import { mapConcurrent } from '../kernel/map-concurrent.ts';
import type { WritePorts } from '../kernel/ports/ports.ts';
import { ABSENT, type DocumentKey, type IndexEntry } from '../kernel/ports/store.ts';
import { waitForOwnTurn } from '../kernel/yield-to-event-loop.ts';
import { Contention, newOperation, type Write } from '../store/transact.ts';
import type { EventBatch, EventConsumer, StreamEvent, StreamPart } from './consume-events.ts';
import { consumerIndexes } from './documents.ts';
import type { Cursors } from './log/segment.ts';

/**
 * Derives data for each account on an anchor of its own. The account's state holds a cursor per partition and is
 * committed together with the derived data: the version of the state decides which process commits.
 */
export interface AccountConsumer<S extends { readonly cursors: Cursors }> {
  readonly name: string;
  /** Maximum number of records per commit. */
  readonly atOnce: number;
  state(account: AccountId): DocumentKey<S>;
  /** Returns the state after these records, with these cursors, and the other writes of that commit on its anchor. */
  derive(taken: {
    account: AccountId;
    state: S | undefined;
    records: readonly StreamEvent[];
    cursors: Cursors;
    now: number;
  }): Promise<{ state: S; write: Write }>;
}

/** Accounts processed concurrently; their commits share the store's flushes. */
const MAX_CONCURRENT_ACCOUNTS = 8;
/** Of a consumer, before it leaves the work to the next round. */
export const MAX_COMMIT_TRIES = 12;

export function consumeByAccount<S extends { readonly cursors: Cursors }>(
  ports: WritePorts,
  consumer: AccountConsumer<S>,
): EventConsumer {
  return {
    name: consumer.name,
    async take({ parts, byAccount }) {
      const accounts = new Set(byAccount.keys());
      // The accounts of lost events are unknown, so every account is marked.
      if (parts.some(({ lost }) => lost))
        for await (const account of knownAccounts(ports, consumer.name)) accounts.add(account);
      await mapConcurrent([...accounts], MAX_CONCURRENT_ACCOUNTS, (account) =>
        takeForAccount(ports, consumer, account, { parts, byAccount }),
      );
    },
  };
}

async function* knownAccounts({ store }: WritePorts, consumer: string): AsyncGenerator<AccountId> {
  for (let after: IndexEntry | undefined; ; ) {
    const entries = await store.range(consumerIndexes.accounts(consumer), { limit: 1000, ...omitUndefined({ after }) });
    for (const { id } of entries) yield id as AccountId;
    after = entries.at(-1);
    if (entries.length < 1000) return;
  }
}

/** Commits one account's records of the batch, in portions of the consumer's size; each portion is all or nothing. */
async function takeForAccount<S extends { readonly cursors: Cursors }>(
  ports: WritePorts,
  consumer: AccountConsumer<S>,
  account: AccountId,
  { parts, byAccount }: EventBatch,
): Promise<void> {
  const key = consumer.state(account);
  let waiting = byAccount.get(account) ?? [];
  for (let tries = 0; tries < MAX_COMMIT_TRIES; ) {
    await waitForOwnTurn();
    const now = ports.clock.now();
    const [stored] = await ports.store.getMany([key], now);
    const current = stored as { value: S; version: number } | undefined;
    const before = current?.value.cursors ?? {};
    waiting = waiting.filter(({ partition, sequence }) => sequence > (before[partition] ?? 0));
    const lost = parts.flatMap((part) => lostRecord(part, account, before[part.partition] ?? 0, now) ?? []);
    // A lost record comes before the events that follow it in its partition.
    const fresh = [...lost, ...waiting];
    if (fresh.length === 0) return;
    const records = fresh.slice(0, consumer.atOnce);
    const cursors = { ...before };
    for (const { partition, sequence } of records) cursors[partition] = sequence;
    const isLast = records.length === fresh.length;
    // The last portion completes the batch, also for an account without records in it.
    if (isLast) for (const { partition, upTo } of parts) cursors[partition] = Math.max(upTo, cursors[partition] ?? 0);
    const { state, write } = await consumer.derive({ account, state: current?.value, records, cursors, now });
    const known = { index: consumerIndexes.accounts(consumer.name), add: { sort: account, id: account } };
    const outcome = await ports.store.commit({
      anchor: key.anchor,
      operation: newOperation(ports),
      once: true,
      now,
      expect: [{ key, version: current?.version ?? ABSENT }],
      ...write,
      put: [{ key, value: state }, ...(write.put ?? [])],
      index: [...(current ? [] : [known]), ...(write.index ?? [])],
    });
    if (outcome === 'committed' && isLast) return;
    tries = outcome === 'committed' ? 0 : tries + 1;
  }
  throw new Contention(key.anchor);
}

function lostRecord(
  { partition, lost }: StreamPart,
  account: AccountId,
  cursor: number,
  now: number,
): StreamEvent | undefined {
  if (!lost || lost.to <= cursor) return undefined;
  const { to } = lost;
  const event: AccountEvent = {
    type: 'events.lost',
    at: now,
    account,
    actor: { kind: 'service' },
    outcome: 'done',
    lost: { partition, from: Math.max(lost.from, cursor + 1), to },
  };
  return { id: `lost-${partition}-${to}`, event, partition, sequence: to, text: JSON.stringify(event) };
}
