import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { type Actor, referenceTo } from '../../kernel/actor.ts';
import { type IdPrefix, idFromBytes } from '../../kernel/ids.ts';
import type { SecretPorts } from '../../kernel/ports/ports.ts';
import { isRefusal, type Refusal, refusal } from '../../kernel/result.ts';
import { newOperation, transact, type Write } from '../transact.ts';
import type { NewId } from './create-object.ts';
import { idempotencyDocument } from './documents.ts';
import {
  decideIdempotency,
  IDEMPOTENCY_TTL_MS,
  type IdempotencyRecord,
  type IdempotencyStep,
} from './idempotency-record.ts';

/**
 * Runs a creation once per Idempotency-Key, and answers a repeat with the first response, across restarts (SR-59). The
 * new object gets an id derived from the key, so that a repeat after a crash finds the same object instead of creating
 * a second. Refusals are not stored: a retry may succeed.
 *
 * @param key the client's key, or undefined for a request without one
 * @param recall the answer to an earlier request, made from the object that it created; undefined unless that is
 * complete. No answer is stored then.
 */
export async function withIdempotency<P extends IdPrefix, A extends object>(
  ports: SecretPorts,
  request: { actor: Actor; key: string | undefined; fingerprint: string; prefix: P },
  make: (newId: NewIdOf<P>) => Promise<A | Refusal>,
  recall?: (newId: NewIdOf<P>) => Promise<A | undefined>,
): Promise<A | Refusal> {
  if (request.key === undefined) return make({ id: idFromBytes(request.prefix, ports.random.bytes(7)) });
  if (!/^[\x21-\x7e]{1,128}$/.test(request.key)) return refusal('IDEMPOTENCY_KEY_INVALID');

  // Per actor: the first response may contain a secret that another actor may not see.
  const { account } = request.actor;
  const scope = [account, referenceTo(request.actor), request.prefix, request.key];
  const name = text(ports.secrets.mac('idempotency', JSON.stringify(scope)));
  const document = idempotencyDocument.key(account, name);
  // A body may contain a password: a bare hash of it in a copy of the store would allow guesses past argon2 (SR-18).
  const requestHash = text(ports.secrets.mac('idempotent-request', JSON.stringify([...scope, request.fingerprint])));
  const context = { account, kind: 'idempotency', id: name, field: 'answer' } as const;
  const newIdOf = ({ firstSeenAt }: IdempotencyRecord): NewIdOf<P> => {
    const derived = ports.secrets.mac('idempotent-birth', JSON.stringify([...scope, firstSeenAt]));
    return { id: idFromBytes(request.prefix, derived), madeWith: text(derived) };
  };

  // A recalled object has a mark of its key beside it, made later than the first record: no record may outlive it.
  const livesFrom = recall ? 'firstSeenAt' : 'startedAt';

  let started = await begin(ports, document, { requestHash, livesFrom, mayRecall: recall !== undefined });
  if (started.step === 'recall') {
    const known = await recall?.(newIdOf(started.record));
    if (known) return known;
    started = await begin(ports, document, { requestHash, livesFrom, mayRecall: false });
  }
  const { step, record } = started;
  if (step === 'reused') return refusal('IDEMPOTENCY_KEY_REUSED');
  if (step === 'in-use') return refusal('IDEMPOTENCY_KEY_IN_USE', { retryAfterMs: 1000 });
  if (step === 'replay' && record.sealedAnswer !== undefined) {
    return JSON.parse(Buffer.from(ports.secrets.open(record.sealedAnswer, context)).toString('utf8')) as A;
  }

  const expiresAt = record[livesFrom] + IDEMPOTENCY_TTL_MS;
  const answer = await make(newIdOf(record)).catch(async (error: unknown) => {
    await endLease(ports, document, expiresAt);
    throw error;
  });
  if (isRefusal(answer)) {
    await forget(ports, document);
    return answer;
  }
  if (recall) return answer;
  const sealedAnswer = ports.secrets.seal(Buffer.from(JSON.stringify(answer)), context);
  await ports.store.commit({
    anchor: document.anchor,
    operation: newOperation(ports),
    once: true,
    now: ports.clock.now(),
    // Also over the record of a request that took over: it made the same object.
    expect: [],
    put: [{ key: document, value: { ...record, sealedAnswer }, expiresAt }],
  });
  return answer;
}

/** The id of a new object of that kind. */
export type NewIdOf<P extends IdPrefix> = NewId<ReturnType<typeof idFromBytes<P>>>;

/** What the record of a key leaves to do. */
interface KeyState {
  step: IdempotencyStep | 'recall';
  record: IdempotencyRecord;
}

/**
 * Begins the request, or reads what became of an earlier one. Most keys are new, so the record is written without a
 * read first.
 *
 * @param request `livesFrom`: when the record's time to live starts. `mayRecall`: a record without an answer is to be
 *   recalled, whatever its lease
 */
function begin(
  ports: SecretPorts,
  document: Key,
  request: { requestHash: string; livesFrom: 'firstSeenAt' | 'startedAt'; mayRecall: boolean },
): Promise<KeyState> {
  const { requestHash, livesFrom, mayRecall } = request;
  return transact<readonly [Key], KeyState>(
    ports,
    document.anchor,
    [document],
    ([stored], now) => {
      const step = decideIdempotency(stored?.value, requestHash, now);
      const hasAnswer = step === 'replay' || step === 'reused';
      if (stored && mayRecall && !hasAnswer) return { answer: { step: 'recall', record: stored.value } };
      if (stored && step !== 'run') return { answer: { step, record: stored.value } };
      const record = { requestHash, startedAt: now, firstSeenAt: stored?.value.firstSeenAt ?? now };
      return {
        answer: { step, record },
        write: { put: [{ key: document, value: record, expiresAt: record[livesFrom] + IDEMPOTENCY_TTL_MS }] },
      };
    },
    'absent',
  );
}

/** Nothing was created, so nothing is stored. */
function forget(ports: SecretPorts, document: Key): Promise<void> {
  return tidy(ports, document, (record) => record && { delete: [document] });
}

/**
 * An interrupted request may have created the object: the next one takes over at once, and finds it under the same id.
 */
function endLease(ports: SecretPorts, document: Key, expiresAt: number): Promise<void> {
  return tidy(
    ports,
    document,
    (record) => record && { put: [{ key: document, value: { ...record, startedAt: 0 }, expiresAt }] },
  );
}

type Key = ReturnType<typeof idempotencyDocument.key>;

async function tidy(
  ports: SecretPorts,
  document: Key,
  decide: (record: IdempotencyRecord | undefined) => Write | undefined,
): Promise<void> {
  const work = transact(ports, document.anchor, [document], ([stored]) => {
    const write = decide(stored?.value);
    return { answer: undefined, ...omitUndefined({ write }) };
  });
  // The lease ends by itself; the caller must get the first error.
  await work.catch(() => undefined);
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
