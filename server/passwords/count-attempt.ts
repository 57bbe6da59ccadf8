import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { callDependency } from '../kernel/dependency.ts';
import type { TrustedBrowserId } from '../kernel/ids.ts';
import { runExclusive } from '../kernel/keyed-queue.ts';
import type { Reservation } from '../kernel/ports/password-hasher.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { DocumentKey, Json, RawKey, Store } from '../kernel/ports/store.ts';
import { type AuditDetail, isRefusal, type Refusal, type Result, refusal } from '../kernel/result.ts';
import type { ReadAhead } from '../store/read-ahead.ts';
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

/** The bound of failures in a row. */
interface FailureCap {
  /** Another one starts the count again: `passwordDigest`. */
  credential: string;
  /** The event when the bound is reached; undefined: an unknown name. */
  reached: ((now: number) => Json) | undefined;
}

/** One password for one name, known or unknown. */
interface CountedName extends TypedName {
  /** The user of the name; undefined: an unknown name. */
  id: AuditDetail['about'];
  /** Whose counter counts beside the name's: `userSubject`. */
  subject: string;
  address: string | undefined;
  /** The trusted browser of this user whose secret was shown. */
  browser?: TrustedBrowserId | undefined;
  /** Undefined costs the same time (SR-17). */
  passwordHash: string | undefined;
  /** Too many failures in a row end the evaluation of the password. */
  cap: FailureCap;
  /** The cost of the costliest imported hash beside it: a wrong password takes as long (SR-78). */
  slowestMs?: number | undefined;
}

/**
 * Counts an attempt as wrong *before* its hash is computed, so that parallel guesses cannot outrun the counter, and an
 * aborted request stays counted (SR-2, SR-16).
 *
 * If the name has to wait, the answer reports it. If only its user has to, because of attempts with other names, the
 * password is not evaluated and the answer is that of a wrong one (SR-17).
 *
 * @param ahead what was read before, perhaps with the counters
 * @example
 * const attempt = await countAttempt(ports, reservation, typed, ahead);
 * if (isRefusal(attempt)) return attempt;
 * try {
 *   const user = (await attempt.verify(password)) && (await readAgain());
 *   if (!user) return attempt.refuse();
 *   attempt.accept();
 *   // What follows a right password.
 * } finally {
 *   await attempt.close();
 * }
 */
export async function countAttempt(
  ports: Needs,
  reservation: Reservation,
  typed: CountedName,
  ahead: ReadAhead,
): Promise<Result<CountedAttempt>> {
  const { subject, address, browser } = typed;
  const counters = await countersOf({ ...ports, store: ahead }, typed, subject, address, browser);
  // Also while the name has to wait, otherwise the user would wait as long once more.
  if (counters.isAhead) await setBack(ports, counters, ahead);
  const counted = await countOrWait(ports, counters, typed.cap, ahead);
  if (isRefusal(counted)) return counted;
  // The decoy of an unknown name counts wrong passwords of other names.
  const isBarred = counted.isBarred && typed.id !== undefined;
  return new CountedAttempt(ports, reservation, typed, counters, { ...counted, isBarred }, ahead);
}

/** An attempt that counts as wrong until it is accepted. Its caller closes it. */
export class CountedAttempt {
  readonly #ports: Needs;
  readonly #reservation: Reservation;
  readonly #typed: CountedName;
  readonly #counters: PasswordCounters;
  readonly #count: AttemptCount;
  readonly #ahead: ReadAhead;
  #judgement: 'accepted' | 'refused' | undefined;

  constructor(
    ports: Needs,
    reservation: Reservation,
    typed: CountedName,
    counters: PasswordCounters,
    count: AttemptCount,
    ahead: ReadAhead,
  ) {
    this.#ports = ports;
    this.#reservation = reservation;
    this.#typed = typed;
    this.#counters = counters;
    this.#count = count;
    this.#ahead = ahead;
  }

  /**
   * Whether the password is right. The hash ends the phase of reading: nothing that was read before it is used (SR-4).
   *
   * @param readAgain read after a right one, together with the counters
   */
  async verify(typed: string, readAgain: readonly RawKey[] = []): Promise<boolean> {
    const { passwordHash } = this.#typed;
    const { isBarred } = this.#count;
    // A random password, so that the check costs what a wrong guess costs for this kind of hash.
    const password = isBarred ? newOperation(this.#ports) : typed;
    const isMatch = await callDependency('checking a password', () =>
      this.#ahead.endFor(() => this.#reservation.verify(passwordHash, normalisePassword(password))),
    );
    if (passwordHash === undefined || !isMatch || isBarred) return false;
    const { name, user } = this.#counters;
    await this.#ahead.read([name, user, ...readAgain], this.#ports.clock.now());
    return true;
  }

  /** The password is right, and its user may sign in with it: the attempt does not count as wrong. */
  accept(): void {
    this.#judgement = 'accepted';
  }

  /** The password was wrong, not evaluated, or right for a user who cannot sign in. The event alone tells which. */
  refuse(): Refusal {
    this.#judgement = 'refused';
    const { id: about } = this.#typed;
    const reason = this.#count.isBarred ? ({ reason: 'TOO_MANY_ATTEMPTS' } as const) : {};
    return refusal('INVALID_CREDENTIALS', {}, { ...omitUndefined({ about }), ...reason });
  }

  /**
   * Ends the attempt, also if the evaluation or what follows it breaks off. Without a judgement it stays counted as
   * wrong; an outage after a right password must not lock out its user.
   *
   * @param event of the attempt, appended by the commit that decides it
   */
  async close(event?: Json): Promise<void> {
    try {
      if (this.#judgement === 'accepted') return await resetCounters(this.#ports, this.#counters, this.#ahead, event);
      if (this.#count.isLast) await recordCap(this.#ports, this.#counters, this.#typed.cap);
      if (this.#judgement === 'refused') await this.#reservation.evenOut(this.#typed.slowestMs);
      if (event !== undefined) await appendAlone(this.#ports, this.#counters.name.anchor, event);
    } finally {
      this.#reservation.release();
      this.#count.judged();
    }
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

/** Records that a password of this subject is counted and not judged yet. The returned function ends that. */
function trackAttempt({ memory: { passwordAttempts } }: Ports['store'], subject: string): () => void {
  const underWay = passwordAttempts.get(subject) ?? new Set();
  passwordAttempts.set(subject, underWay);
  let fulfil = () => {};
  const judged = new Promise<void>((resolve) => {
    fulfil = resolve;
  });
  underWay.add(judged);
  return () => {
    underWay.delete(judged);
    if (underWay.size === 0) passwordAttempts.delete(subject);
    fulfil();
  };
}

/** The attempts of this process. */
function pendingAttempts({ memory }: Ports['store'], subject: string): readonly Promise<void>[] {
  return [...(memory.passwordAttempts.get(subject) ?? [])];
}
