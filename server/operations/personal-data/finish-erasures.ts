import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { dropConsumedEvents, readCursors } from '../../events/consumed-events.ts';
import { newestFirst } from '../../events/newest-first.ts';
import type { UserId } from '../../kernel/ids.ts';
import type { IndexEntry } from '../../kernel/ports/store.ts';
import { createEvent } from '../../kernel/request-context.ts';
import { HOUR_MS } from '../../kernel/time.ts';
import { SIGN_INS_OVER_MS } from '../../sign-in/flow.ts';
import { reindex } from '../../store/index-entries.ts';
import { type Decision, transact } from '../../store/transact.ts';
import { erasureDocument, erasureIndexes } from './documents.ts';
import { eraseDeliveries } from './erase-deliveries.ts';
import { eraseFromEvents } from './erase-events.ts';
import { type ErasurePorts, removeUserData } from './erase-user.ts';
import { ERASURE_TTL_MS, type Erasure, SETTLE_MS } from './erasure.ts';

const PAGE = 100;
/** An event that is not sealed by then was lost, for example by a restore to a store with fewer partitions. */
const EVENT_LOST_MS = HOUR_MS;

/**
 * Completes the erasures that have begun. One that fails does not stop the others. Returns the number of completed ones.
 *
 * @throws the first failure
 */
export async function finishErasures(ports: ErasurePorts, isStopping: () => boolean = () => false): Promise<number> {
  const faults: unknown[] = [];
  let done = 0;
  for (let after: IndexEntry | undefined; !isStopping(); ) {
    const entries = await ports.store.range(erasureIndexes.pending(), { limit: PAGE, ...omitUndefined({ after }) });
    for (const { id } of entries) {
      if (isStopping()) break;
      const isDone = await finish(ports, id as UserId, isStopping).catch((error: unknown) => {
        faults.push(error);
        return false;
      });
      if (isDone) done += 1;
    }
    after = entries.at(-1);
    if (entries.length < PAGE) break;
  }
  if (faults.length > 0) throw faults[0];
  return done;
}

async function finish(ports: ErasurePorts, id: UserId, isStopping: () => boolean): Promise<boolean> {
  const key = erasureDocument.key(id);
  const [stored] = await ports.store.getMany([key], ports.clock.now());
  if (!stored || stored.value.doneAt !== undefined) return false;
  const erasure = stored.value;
  const act = { actor: { kind: 'service', account: erasure.account } } as const;
  const ageMs = ports.clock.now() - erasure.requestedAt;
  const isLast = ageMs >= SIGN_INS_OVER_MS;
  if (erasure.erasedAt !== undefined && !isLast) return false;
  if (!(await removeUserData(ports, act, erasure)) || ageMs < SETTLE_MS) return false;
  if (!(await isSealed(ports, erasure))) {
    if (ageMs > EVENT_LOST_MS) await appendAgain(ports, erasure);
    return false;
  }
  await eraseFromEvents(ports, erasure, isStopping);
  await eraseDeliveries(ports, erasure);
  if (isStopping()) return false;
  await dropConsumedEvents(ports);
  return transact(ports, id, [key], ([current], now): Decision<boolean> => {
    if (current?.value.requestedAt !== erasure.requestedAt) return { answer: false };
    // Of a file that retention is about to remove.
    if (current.value.replacing.length > 0) return { answer: false };
    if (!isLast) return { answer: false, write: { put: [{ key, value: { ...current.value, erasedAt: now } }] } };
    const next: Erasure = { ...current.value, doneAt: now, names: [] };
    return {
      answer: true,
      write: {
        put: [{ key, value: next, expiresAt: now + ERASURE_TTL_MS }],
        index: reindex(key, current.value, next),
      },
    };
  });
}

async function appendAgain(ports: ErasurePorts, { id, account, requestedAt }: Erasure): Promise<void> {
  const key = erasureDocument.key(id);
  const act = { actor: { kind: 'service', account } } as const;
  await transact(ports, id, [key], ([stored], now): Decision<undefined> => {
    if (stored?.value.requestedAt !== requestedAt) return { answer: undefined };
    const next: Erasure = { ...stored.value, requestedAt: now };
    return {
      answer: undefined,
      write: {
        put: [{ key, value: next }],
        index: reindex(key, stored.value, next),
        append: [createEvent(act, { type: 'user.erased', subject: id }, now)],
      },
    };
  });
}

/**
 * True if the event of the erasure is in the chain, which then explains the missing parts, and if no consumer still
 * needs the events before it.
 */
async function isSealed(ports: ErasurePorts, { account, id, requestedAt }: Erasure): Promise<boolean> {
  for await (const found of newestFirst(ports, account, { terms: [id], after: undefined, from: requestedAt })) {
    if (!('event' in found) || found.event.type !== 'user.erased' || found.event.at < requestedAt) continue;
    const [partition = '', sequence] = found.id.split('-');
    const positions = await readCursors(ports);
    return positions.every((cursors) => (cursors[partition] ?? 0) >= Number(sequence));
  }
  return false;
}
