import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { callDependency } from '../kernel/dependency.ts';
import type { TrustedBrowserId } from '../kernel/ids.ts';
import { runExclusive } from '../kernel/keyed-queue.ts';
import type { Reservation } from '../kernel/ports/password-hasher.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { DocumentKey, Json, RawKey, Store } from '../kernel/ports/store.ts';
import { type AuditDetail, isRefusal, type Refusal, type Result, refusal } from '../kernel/result.ts';
import { ReadAhead } from '../store/read-ahead.ts';
import { type Decision, newOperation, transact } from '../store/transact.ts';
import {
  addNetwork,
  attemptsAsOf,
  attemptsExpireAt,
  attemptsOn,
  countAttemptFrom,
  countCappedFrom,
  isCappedFrom,
  type PasswordAttempts,
  resetFailuresFrom,
  waitUntilFrom,
} from './password-backoff.ts';
import { countersOf, type PasswordCounters, type TypedName } from './password-counters.ts';
import { normalisePassword } from './password-policy.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'freePasswordFailures'>;
type CounterStore = Pick<Store, 'getMany' | 'commit'>;
type CountNeeds = Omit<Needs, 'store'> & { store: CounterStore };

/** Why a password was not accepted, for the event alone: the caller gets the same answer for both. */
export type WrongReason = 'INVALID_CREDENTIALS' | 'TOO_MANY_ATTEMPTS';

/** The bound of failures in a row. */
interface FailureCap {
  /** Another one starts the count again: `passwordDigest`. */
  credential: string;
  /** The event when the bound is reached; undefined: an unknown name. */
  reached: ((now: number) => Json) | undefined;
}

/** One password for one name, known or unknown. */
interface RateLimitedPassword<R> extends TypedName {
  /** The user of the name; undefined: an unknown name. */
  id: AuditDetail['about'];
  /** Whose counter counts beside the name's: `userSubject`. */
  subject: string;
  /** What was read before, perhaps with the counters. */
  ahead: ReadAhead;
  password: string;
  address: string | undefined;
  /** The trusted browser of this user whose secret was shown. */
  browser?: TrustedBrowserId | undefined;
  /** Undefined costs the same time (SR-17). */
  passwordHash: string | undefined;
  /** Too many failures in a row end the evaluation of the password. */
  cap: FailureCap;
  /** The cost of the costliest imported hash beside it: a wrong password takes as long (SR-78). */
  slowestMs?: number | undefined;
  /** What `reload` and `conclude` will read after the slow hash. */
  readAgain?: readonly RawKey[];
  /** The user with the right password, read again after the slow hash; undefined: refused. */
  reload: (ahead: ReadAhead) => Promise<R | undefined>;
  /**
   * Appended when the password was wrong, not evaluated, or right for a user who cannot sign in. The reason tells
   * which.
   */
  wrong?: (reason: WrongReason) => Json;
  /** Appended when a right password ends the attempt. */
  right?: (concluded: object) => Json | undefined;
}

/**
 * Counts, hashes, and resets after a success. The attempt is counted as wrong *before* the hash is computed, so that
 * parallel guesses cannot outrun the counter, and an aborted request stays counted (SR-2, SR-16).
 *
 * If the name has to wait, the answer reports it. If only its user has to, because of attempts with other names, the
 * password is not evaluated and the answer is that of a wrong one (SR-17).
 */
export async function rateLimitedPassword<R, A extends object>(
  ports: Needs,
  reservation: Reservation,
  attempt: RateLimitedPassword<R>,
  conclude: (right: R, ahead: ReadAhead) => Promise<Result<A>>,
): Promise<Result<A>> {
  const { ahead } = attempt;
  const { subject, address, browser } = attempt;
  const counters = await countersOf({ ...ports, store: ahead }, attempt, subject, address, browser);
  // Also while the name has to wait, otherwise the user would wait as long once more.
  if (counters.isAhead) await setBack(ports, counters, ahead);
  const counted = await countOrWait(ports, counters, attempt.cap, ahead);
  if (isRefusal(counted)) return counted;
  try {
    // The decoy of an unknown name counts wrong passwords of other names.
    const isBarred = counted.isBarred && attempt.id !== undefined;
    return await verifyCounted(ports, reservation, attempt, counters, { ...counted, isBarred }, conclude);
  } finally {
    counted.judged();
  }
}

interface AttemptCount {
  /** The user has to wait: the password must not be evaluated. */
  isBarred: boolean;
  /** If the attempt is wrong, the bound of failures in a row is reached. */
  isLast: boolean;
  judged: () => void;
}

/**
 * Counts an attempt, unless wrong ones with this name have caused a wait. Attempts that are counted and not judged yet
 * may be right, so an attempt that would wait for them is decided again after the next judgement. Only such attempts
 * queue, and none waits for one with another name, which would be visible.
 */
async function countOrWait(
  ports: Needs,
  counters: PasswordCounters,
  cap: FailureCap,
  ahead: ReadAhead,
): Promise<Result<AttemptCount>> {
  const counted = await count(ports, counters, cap, ahead);
  if ('judged' in counted) return counted;
  if (counted.underWay.length === 0) return counted.refused;
  return runExclusive(ports.store, `password/${counters.name.anchor}`, async () => {
    for (
      let again: Awaited<ReturnType<typeof count>> = counted;
      ;
      again = await count(ports, counters, cap, ports.store)
    ) {
      if ('judged' in again) return again;
      if (again.underWay.length === 0) return again.refused;
      await Promise.race(again.underWay);
    }
  });
}

function count(
  ports: Needs,
  counters: PasswordCounters,
  cap: FailureCap,
  ahead: CounterStore,
): Promise<AttemptCount | { refused: Refusal; underWay: readonly Promise<void>[] }> {
  const { name: key } = counters;
  return runInOrder(ports, key, async (hasWaited) => {
    const store = hasWaited ? ports.store : ahead;
    // Read first, so that neither commit waits for the other. If another process counts this name meanwhile, the user
    // may have one wrong attempt too many, which only denies.
    const now = ports.clock.now();
    const [seen] = await store.getMany([key], now);
    const isWaiting = waitUntilFrom(seen?.value, undefined, now, ports.freePasswordFailures) > 0;
    const forUser = isWaiting ? undefined : countForUser(ports, counters, cap, store);
    const [refused, counted] = await Promise.all([countForName({ ...ports, store }, key), forUser]);
    if (refused) return { refused, underWay: pendingAttempts(ports.store, key.anchor) };
    const ofUser = counted ?? (await countForUser(ports, counters, cap, store));
    return { ...ofUser, judged: trackAttempt(ports.store, key.anchor) };
  });
}

function countForName(ports: CountNeeds, key: PasswordCounters['name']): Promise<Refusal | undefined> {
  return transact(ports, key.anchor, [key], ([stored], now): Decision<Refusal | undefined> => {
    const { attempts, waitUntil } = countAttemptFrom(stored?.value, undefined, now, ports.freePasswordFailures);
    const write = keep(key, attempts, now);
    if (waitUntil === 0) return { answer: undefined, write };
    const answer = refusal('TOO_MANY_ATTEMPTS', { retryAfterMs: waitUntil - now });
    // Stored, because the wait after a clock that was set back would otherwise restart with each attempt.
    return attempts !== stored?.value ? { answer, write } : { answer };
  });
}

/** Counts an attempt for the user, and returns whether they have to wait. Takes one commit in both cases. */
function countForUser(
  ports: Needs,
  { user: key, place, isBrowser }: PasswordCounters,
  cap: FailureCap,
  ahead: CounterStore,
): Promise<Omit<AttemptCount, 'judged'>> {
  return runInOrder(ports, key, (hasWaited) =>
    transact({ ...ports, store: hasWaited ? ports.store : ahead }, key.anchor, [key], ([stored], now) => {
      const before = isBrowser && place !== undefined ? addNetwork(stored?.value, place, now) : stored?.value;
      const counted = countCappedFrom(before, place, cap.credential, now, ports.freePasswordFailures);
      const { attempts, isBarred, isCapReached: isLast } = counted;
      return { answer: { isBarred, isLast }, write: keep(key, attempts, now) };
    }),
  );
}

/** The user's counter by a clock that was set back (SR-63). */
function setBack(ports: Needs, { user: key }: PasswordCounters, store: CounterStore): Promise<void> {
  return runInOrder(ports, key, () =>
    transact({ ...ports, store }, key.anchor, [key], ([stored], now) => ({
      answer: undefined,
      ...(stored && { write: keep(key, attemptsAsOf(stored.value, now), now) }),
    })),
  );
}

/**
 * Within the process, changes to one counter do not conflict, and the changes to both counters of an attempt do not
 * interleave with others of its name. The bounded queue for hashes limits the number of waiting attempts.
 */
function runInOrder<T>(
  { store }: Pick<Ports, 'store'>,
  { anchor }: DocumentKey,
  work: (hasWaited: boolean) => Promise<T>,
): Promise<T> {
  return runExclusive(store, `password-count/${anchor}`, work, Number.POSITIVE_INFINITY);
}

async function verifyCounted<R, A extends object>(
  ports: Needs,
  reservation: Reservation,
  attempt: RateLimitedPassword<R>,
  counters: PasswordCounters,
  { isBarred, isLast }: Omit<AttemptCount, 'judged'>,
  conclude: (right: R, ahead: ReadAhead) => Promise<Result<A>>,
): Promise<Result<A>> {
  const { id: about } = attempt;
  const ahead = new ReadAhead(ports.store);
  let reloaded: R | undefined;
  try {
    reloaded = await evaluate(ports, reservation, attempt, counters, isBarred, ahead);
  } finally {
    // Also if the evaluation breaks off: the attempt stays counted.
    if (!reloaded && isLast) await recordCap(ports, counters, attempt.cap);
  }
  if (!reloaded) {
    await reservation.evenOut(attempt.slowestMs);
    const reason = isBarred ? 'TOO_MANY_ATTEMPTS' : 'INVALID_CREDENTIALS';
    if (attempt.wrong) await appendAlone(ports, counters.name.anchor, attempt.wrong(reason));
    return refusal('INVALID_CREDENTIALS', {}, { ...omitUndefined({ about }), ...(isBarred && { reason }) });
  }
  let event: Json | undefined;
  try {
    const concluded = await conclude(reloaded, ahead);
    event = attempt.right?.(concluded);
    return concluded;
  } finally {
    // Also if what follows breaks off: an outage there must not lock out a user with the right password.
    await resetCounters(ports, counters, ahead, event);
  }
}

/** The user with the right password; undefined: it is wrong, or not evaluated. */
async function evaluate<R>(
  ports: Needs,
  reservation: Reservation,
  attempt: RateLimitedPassword<R>,
  counters: PasswordCounters,
  isBarred: boolean,
  ahead: ReadAhead,
): Promise<R | undefined> {
  const { passwordHash, readAgain = [] } = attempt;
  // A random password, so that the check costs what a wrong guess costs for this kind of hash.
  const password = isBarred ? newOperation(ports) : attempt.password;
  const right = await callDependency('checking a password', () =>
    reservation.verify(passwordHash, normalisePassword(password)),
  );
  if (passwordHash === undefined || !right || isBarred) return undefined;
  await ahead.read([counters.name, counters.user, ...readAgain], ports.clock.now());
  return attempt.reload(ahead);
}

/** The event, unless a right password of another attempt has ended the row meanwhile. */
async function recordCap(
  ports: Needs,
  { user: key, place }: PasswordCounters,
  { credential, reached }: FailureCap,
): Promise<void> {
  if (!reached) return;
  await transact(ports, key.anchor, [key], ([stored], now) => {
    const isCapped = isCappedFrom(attemptsOn(stored?.value, credential), place, now);
    return { answer: undefined, ...(isCapped && { write: { append: [reached(now)] } }) };
  });
}

/** Of the user's names only the typed one: the others would reveal that they belong to the same user. */
async function resetCounters(
  ports: Needs,
  { name, user, place, network }: PasswordCounters,
  ahead: ReadAhead,
  event: Json | undefined,
): Promise<void> {
  const forName = () =>
    transact({ ...ports, store: ahead }, name.anchor, [name], ([attempts]) => ({
      answer: undefined,
      ...(attempts && { write: { delete: [name] } }),
    }));
  const forUser = () =>
    transact({ ...ports, store: ahead }, user.anchor, [user], ([attempts], now) => {
      const append = event === undefined ? {} : { append: [event] };
      const reset = resetFailuresFrom(attempts?.value, place, now);
      // A right password in a trusted browser makes its network known, as anywhere else.
      const value = network === undefined || network === place ? reset : addNetwork(reset, network, now);
      if (value) return { answer: undefined, write: { ...keep(user, value, now), ...append } };
      return { answer: undefined, ...((attempts || event) && { write: { delete: [user], ...append } }) };
    });
  // After a wait, the second factor is not checked on what was read before it either (SR-4).
  const inOrder = <T>(key: DocumentKey, work: () => Promise<T>) =>
    runInOrder(ports, key, (hasWaited) => {
      if (hasWaited) ahead.forget();
      return work();
    });
  await inOrder(name, () => Promise.all([forName(), inOrder(user, forUser)]));
}

function keep(key: DocumentKey<PasswordAttempts>, value: PasswordAttempts, now: number) {
  return { put: [{ key, value, expiresAt: attemptsExpireAt(value, now) }] };
}

/** Writes an event without any other change. */
async function appendAlone(ports: Needs, anchor: string, event: Json): Promise<void> {
  const operation = newOperation(ports);
  await ports.store.commit({ anchor, operation, now: ports.clock.now(), expect: [], append: [event] });
}

const attemptsUnderWay = new WeakMap<Store, Map<string, Set<Promise<void>>>>();

/** Records that a password of this subject is counted and not judged yet. The returned function ends that. */
function trackAttempt(store: Store, subject: string): () => void {
  const bySubject = attemptsUnderWay.get(store) ?? new Map<string, Set<Promise<void>>>();
  attemptsUnderWay.set(store, bySubject);
  const underWay = bySubject.get(subject) ?? new Set();
  bySubject.set(subject, underWay);
  let fulfil = () => {};
  const judged = new Promise<void>((resolve) => {
    fulfil = resolve;
  });
  underWay.add(judged);
  return () => {
    underWay.delete(judged);
    if (underWay.size === 0) bySubject.delete(subject);
    fulfil();
  };
}

/** The attempts of this process. */
function pendingAttempts(store: Store, subject: string): readonly Promise<void>[] {
  return [...(attemptsUnderWay.get(store)?.get(subject) ?? [])];
}
