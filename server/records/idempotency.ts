import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { type Actor, referenceTo } from '../kernel/actor.ts';
import { type IdPrefix, idFromBytes } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal, type Refusal, refusal } from '../kernel/result.ts';
import { transact, type Write } from '../store/transact.ts';
import type { NewId } from './create-object.ts';
import { idempotencyDocument } from './documents.ts';
import {
  decideIdempotency,
  IDEMPOTENCY_TTL_MS,
  type IdempotencyRecord,
  type IdempotencyStep,
} from './idempotency-record.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>;

/**
 * Runs a creation once per Idempotency-Key, and answers a repeat with the first response, across restarts (SR-59). The
 * new object gets an id derived from the key, so that a repeat after a crash finds the same object instead of creating
 * a second. Refusals are not stored: a retry may succeed.
 *
 * @param key the client's key, or undefined for a request without one
 */
export async function withIdempotency<P extends IdPrefix, A extends object>(
  ports: Needs,
  request: { actor: Actor; key: string | undefined; fingerprint: string; prefix: P },
  make: (newId: NewId<ReturnType<typeof idFromBytes<P>>>) => Promise<A | Refusal>,
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

  type Begun = { step: IdempotencyStep; record?: IdempotencyRecord };
  const started = await transact<readonly [typeof document], Begun>(
    ports,
    document.anchor,
    [document],
    ([stored], now) => {
      const step = decideIdempotency(stored?.value, requestHash, now);
      if (step !== 'run') return { answer: { step, ...omitUndefined({ record: stored?.value }) } };
      const record = { requestHash, startedAt: now, firstSeenAt: stored?.value.firstSeenAt ?? now };
      return {
        answer: { step, record },
        write: { put: [{ key: document, value: record, expiresAt: now + IDEMPOTENCY_TTL_MS }] },
      };
    },
  );
  if (started.step === 'reused') return refusal('IDEMPOTENCY_KEY_REUSED');
  if (started.step === 'in-use') return refusal('IDEMPOTENCY_KEY_IN_USE', { retryAfterMs: 1000 });
  if (started.step === 'replay' && started.record?.sealedAnswer !== undefined) {
    return JSON.parse(Buffer.from(ports.secrets.open(started.record.sealedAnswer, context)).toString('utf8')) as A;
  }

  const firstSeenAt = started.record?.firstSeenAt;
  const derived = ports.secrets.mac('idempotent-birth', JSON.stringify([...scope, firstSeenAt]));
  const newId = { id: idFromBytes(request.prefix, derived), madeWith: text(derived) };
  const answer = await make(newId).catch(async (error: unknown) => {
    await endLease(ports, document);
    throw error;
  });
  if (isRefusal(answer)) {
    await forget(ports, document);
    return answer;
  }
  const sealedAnswer = ports.secrets.seal(Buffer.from(JSON.stringify(answer)), context);
  await transact(ports, document.anchor, [document], ([stored], now) => {
    const record: IdempotencyRecord = {
      requestHash,
      startedAt: stored?.value.startedAt ?? now,
      firstSeenAt: stored?.value.firstSeenAt ?? now,
      sealedAnswer,
    };
    return {
      answer: undefined,
      write: { put: [{ key: document, value: record, expiresAt: now + IDEMPOTENCY_TTL_MS }] },
    };
  });
  return answer;
}

/** Nothing was created, so nothing is stored. */
function forget(ports: Needs, document: Key): Promise<void> {
  return tidy(ports, document, (record) => record && { delete: [document] });
}

/**
 * An interrupted request may have created the object: the next one takes over at once, and finds it under the same id.
 */
function endLease(ports: Needs, document: Key): Promise<void> {
  return tidy(
    ports,
    document,
    (record, now) =>
      record && {
        put: [{ key: document, value: { ...record, startedAt: 0 }, expiresAt: now + IDEMPOTENCY_TTL_MS }],
      },
  );
}

type Key = ReturnType<typeof idempotencyDocument.key>;

async function tidy(
  ports: Needs,
  document: Key,
  decide: (record: IdempotencyRecord | undefined, now: number) => Write | undefined,
): Promise<void> {
  const work = transact(ports, document.anchor, [document], ([stored], now) => {
    const write = decide(stored?.value, now);
    return { answer: undefined, ...omitUndefined({ write }) };
  });
  // The lease ends by itself; the caller must get the first error.
  await work.catch(() => undefined);
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
