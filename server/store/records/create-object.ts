import type { EventType } from '../../kernel/event.ts';
import type { WritePorts } from '../../kernel/ports/ports.ts';
import { ABSENT, type DocumentKey } from '../../kernel/ports/store.ts';
import { createEvent, type RequestContext } from '../../kernel/request-context.ts';
import { type Refusal, refusal } from '../../kernel/result.ts';
import { reindex } from '../index-entries.ts';
import { newOperation } from '../transact.ts';
import { idempotencyMarkDocument } from './documents.ts';
import { IDEMPOTENCY_TTL_MS } from './idempotency-record.ts';

/** The id of a new object, and the Idempotency-Key (as a MAC) that it was derived from, if any. */
export interface NewId<Id extends string> {
  id: Id;
  madeWith?: string;
}

/**
 * Writes an object that must not exist yet, with its index entries. If the same Idempotency-Key created it before and
 * was interrupted, returns that object.
 */
export async function createObject<T extends { id: string; account: string }>(
  ports: WritePorts,
  act: RequestContext,
  type: EventType,
  newId: NewId<string>,
  key: DocumentKey<T>,
  object: T,
): Promise<{ created: T } | Refusal> {
  const now = ports.clock.now();
  const mark = idempotencyMarkDocument.key(newId.id, key.anchor);
  const outcome = await ports.store.commit({
    anchor: key.anchor,
    operation: newOperation(ports),
    once: true,
    now,
    expect: [{ key, version: ABSENT }],
    put: [
      { key, value: object },
      ...(newId.madeWith === undefined
        ? []
        : [{ key: mark, value: { key: newId.madeWith }, expiresAt: now + IDEMPOTENCY_TTL_MS }]),
    ],
    index: reindex(key, undefined, object),
    append: [createEvent(act, { type, subject: object.id }, now)],
  });
  if (outcome === 'committed') return { created: object };
  const [existing, made] = await ports.store.getMany([key, mark], now);
  const same = newId.madeWith !== undefined && made?.value.key === newId.madeWith;
  return existing && same && existing.value.account === object.account
    ? { created: existing.value }
    : refusal('CONTENTION');
}
