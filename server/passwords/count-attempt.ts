import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { callDependency } from '../kernel/dependency.ts';
import type { EventDraft } from '../kernel/event.ts';
import type { AccountId, AdministratorId, TrustedBrowserId, UserId } from '../kernel/ids.ts';
import { runExclusive } from '../kernel/keyed-queue.ts';
import type { Reservation } from '../kernel/ports/password-hasher.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { DocumentKey, Json, RawKey } from '../kernel/ports/store.ts';
import { createEvent } from '../kernel/request-context.ts';
import { isRefusal, type Refusal, type Result, refusal } from '../kernel/result.ts';
import type { RequestPorts } from '../store/request-ports.ts';
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
import { passwordDigest } from './password-digest.ts';
import { normalisePassword } from './password-policy.ts';

type Needs = RequestPorts<Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'hasher' | 'freePasswordFailures'>>;

/** Whose password it is: a user or an administrator. */
export interface PasswordOwner<Right> {
  id: UserId | AdministratorId;
  /** The document with the hash. */
  key: DocumentKey<{ passwordHash?: string }>;
  /** Undefined if none signs in here, which costs the same time (SR-17). */
  passwordHash: string | undefined;
  /** Another one starts the count of failures in a row again: `passwordDigest`. */
  credential: string;
  /** Appended when too many failures in a row end the evaluation, and when the hash is replaced by one of today's strength. */
  events: { locked: EventDraft; rehashed: EventDraft };
  /** What `reload` and the caller read after a right password, in one trip. */
  readAgain?: readonly RawKey[];
  /** As stored now; undefined if they may not sign in here, or if this is not the hash of their password any more. */
  reload(passwordHash: string): Promise<Right | undefined>;
}

/** One password for one name, known or unknown. */
interface CountedName<Right> extends TypedName {
  /** Undefined: an unknown name. */
  owner: PasswordOwner<Right> | undefined;
  /** Whose counter counts beside the name's: `userSubject`. */
  subject: string;
  address: string | undefined;
  /** The trusted browser of this user whose secret was shown. */
  browser?: TrustedBrowserId | undefined;
  /** The cost of the costliest imported hash beside it: a wrong password takes as long (SR-78). */
  slowestMs?: number | undefined;
}

/**
 * Counts an attempt as wrong *before* its hash is computed, so that parallel guesses cannot outrun the counter, and an
 * aborted request stays counted (SR-2, SR-16).
 *
 * If the name has to wait, the answer reports it. If only its owner has to, because of attempts with other names, the
 * password is not evaluated and the answer is that of a wrong one (SR-17).
 *
 * @param ports of the request, whose phase may have read the counters
 * @param find whose password it is; it does as much for an unknown name
 * @example
 * const attempt = await countAttempt(ports, () => findOwner(name));
 * if (isRefusal(attempt)) return attempt;
 * try {
 *   return await continueAfter(await attempt.verify(password));
 * } finally {
 *   await attempt.close();
 * }
 */
export async function countAttempt<Right extends object>(
  ports: Needs,
  find: () => Promise<CountedName<Right>>,
): Promise<Result<CountedAttempt<Right>>> {
  // Reserved before any step that depends on the owner, so that a refusal reveals nothing either.
  const reservation = ports.hasher.reserve();
  let attempt: CountedAttempt<Right> | undefined;
  try {
    const typed = await find();
    const { owner, subject, address, browser } = typed;
    reservation.prepare(owner?.passwordHash);
    const counters = await countersOf(ports, typed, subject, address, browser);
    // Also while the name has to wait, otherwise the owner would wait as long once more.
    if (counters.isAhead) await setBack(ports, counters);
    const counted = await countOrWait(ports, counters, owner?.credential ?? passwordDigest({}));
    if (isRefusal(counted)) return counted;
    // The decoy of an unknown name counts wrong passwords of other names.
    const isBarred = counted.isBarred && owner !== undefined;
    attempt = new CountedAttempt(ports, reservation, typed, counters, { ...counted, isBarred });
    return attempt;
  } finally {
    if (!attempt) reservation.release();
  }
}

/** An attempt that counts as wrong until it is judged. Its caller closes it. */
export class CountedAttempt<Right extends object> {
  readonly #ports: Needs;
  readonly #reservation: Reservation;
  readonly #typed: CountedName<Right>;
  readonly #counters: PasswordCounters;
  readonly #count: AttemptCount;
  #judgement: 'accepted' | 'refused' | undefined;
  /** That of the right password. */
  #hash: string | undefined;

  constructor(
    ports: Needs,
    reservation: Reservation,
    typed: CountedName<Right>,
    counters: PasswordCounters,
    count: AttemptCount,
  ) {
    this.#ports = ports;
    this.#reservation = reservation;
    this.#typed = typed;
    this.#counters = counters;
    this.#count = count;
  }

  /**
   * Whose password it is, if it is right. One who may not sign in here gets the answer of a wrong password, and stays
   * counted. The hash ends the phase of reading, and everything is read again after it: who was blocked, removed or
   * given a new password meanwhile is refused (SR-4).
   */
  async verify(typed: string): Promise<Result<Right>> {
    const { owner } = this.#typed;
    const passwordHash = owner?.passwordHash;
    const { isBarred } = this.#count;
    // A random password, so that the check costs what a wrong guess costs for this kind of hash.
    const password = isBarred ? newOperation(this.#ports) : typed;
    const isMatch = await callDependency('checking a password', () =>
      this.#reservation.verify(passwordHash, normalisePassword(password)),
    );
    if (!owner || passwordHash === undefined || !isMatch || isBarred) return this.#refuse();
    const { name, user } = this.#counters;
    await this.#ports.store.readAhead([name, user, ...(owner.readAgain ?? [])], this.#ports.clock.now());
    this.#hash = passwordHash;
    let right = await this.#reload();
    if (right && this.#ports.hasher.needsRehash(passwordHash)) {
      // While the password is at hand (SR-18). This is a second hash, during which things may change again.
      this.#hash = await replaceHash(this.#ports, this.#typed.account, owner, password);
      right = await this.#reload();
    }
    if (!right) return this.#refuse();
    this.#judgement = 'accepted';
    return right;
  }

  /** Whose right password it was, after something slow (SR-4). */
  async readAgain(): Promise<Result<Right>> {
    return (await this.#reload()) ?? this.#refuse();
  }

  /**
   * Ends the attempt, also if the evaluation or what follows it breaks off. Without a judgement it stays counted as
   * wrong; an outage after a right password must not lock out its user.
   *
   * @param event of the attempt, appended by the commit that decides it
   */
  async close(event?: Json): Promise<void> {
    try {
      if (this.#judgement === 'accepted') return await resetCounters(this.#ports, this.#counters, event);
      if (this.#count.isLast) await recordCap(this.#ports, this.#counters, this.#typed);
      if (this.#judgement === 'refused') await this.#reservation.evenOut(this.#typed.slowestMs);
      if (event !== undefined) await appendAlone(this.#ports, this.#counters.name.anchor, event);
    } finally {
      this.#reservation.release();
      this.#count.judged();
    }
  }

  async #reload(): Promise<Right | undefined> {
    return this.#hash === undefined ? undefined : this.#typed.owner?.reload(this.#hash);
  }

  /** The password was wrong, not evaluated, or right for one who may not sign in. The event alone tells which. */
  #refuse(): Refusal {
    this.#judgement = 'refused';
    const about = this.#typed.owner?.id;
    const reason = this.#count.isBarred ? ({ reason: 'TOO_MANY_ATTEMPTS' } as const) : {};
    return refusal('INVALID_CREDENTIALS', {}, { ...omitUndefined({ about }), ...reason });
  }
}

/** Replaces a hash weaker than today's parameters, unless it is another by now. Returns the stored one. */
async function replaceHash(
  ports: Needs,
  account: AccountId,
  { key, passwordHash: old, events }: PasswordOwner<unknown>,
  password: string,
): Promise<string | undefined> {
  const passwordHash = await callDependency('hashing a password', () => ports.hasher.hash(normalisePassword(password)));
  return transact(ports, key.anchor, [key], ([current], now) => {
    if (current?.value.passwordHash !== old) return { answer: old };
    const put = [{ key, value: { ...current?.value, passwordHash } }];
    return { answer: passwordHash, write: { put, append: [ownEvent(account, events.rehashed, now)] } };
  });
}

/** Of the account alone: who typed the password is not known. */
function ownEvent(account: AccountId, draft: EventDraft, now: number): Json {
  return createEvent({ actor: { kind: 'service', account } }, draft, now);
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
  credential: string,
): Promise<Result<AttemptCount>> {
  const counted = await count(ports, counters, credential);
  if ('judged' in counted) return counted;
  if (counted.underWay.length === 0) return counted.refused;
  return runExclusive(ports.store, `password/${counters.name.anchor}`, async () => {
    for (let again: Awaited<ReturnType<typeof count>> = counted; ; again = await count(ports, counters, credential)) {
      if ('judged' in again) return again;
      if (again.underWay.length === 0) return again.refused;
      await Promise.race(again.underWay);
      ports.store.endPhase();
    }
  });
}

function count(
  ports: Needs,
  counters: PasswordCounters,
  credential: string,
): Promise<AttemptCount | { refused: Refusal; underWay: readonly Promise<void>[] }> {
  const { name: key } = counters;
  return runInOrder(ports, key, async () => {
    // Read first, so that neither commit waits for the other. If another process counts this name meanwhile, the user
    // may have one wrong attempt too many, which only denies.
    const now = ports.clock.now();
    const [seen] = await ports.store.getMany([key], now);
    const isWaiting = waitUntilFrom(seen?.value, undefined, now, ports.freePasswordFailures) > 0;
    const forUser = isWaiting ? undefined : countForUser(ports, counters, credential);
    const [refused, counted] = await Promise.all([countForName(ports, key), forUser]);
    if (refused) return { refused, underWay: pendingAttempts(ports.store, key.anchor) };
    const ofUser = counted ?? (await countForUser(ports, counters, credential));
    return { ...ofUser, judged: trackAttempt(ports.store, key.anchor) };
  });
}

function countForName(ports: Needs, key: PasswordCounters['name']): Promise<Refusal | undefined> {
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
  credential: string,
): Promise<Omit<AttemptCount, 'judged'>> {
  return runInOrder(ports, key, () =>
    transact(ports, key.anchor, [key], ([stored], now) => {
      const before = isBrowser && place !== undefined ? addNetwork(stored?.value, place, now) : stored?.value;
      const counted = countCappedFrom(before, place, credential, now, ports.freePasswordFailures);
      const { attempts, isBarred, isCapReached: isLast } = counted;
      return { answer: { isBarred, isLast }, write: keep(key, attempts, now) };
    }),
  );
}

/** The user's counter by a clock that was set back (SR-63). */
function setBack(ports: Needs, { user: key }: PasswordCounters): Promise<void> {
  return runInOrder(ports, key, () =>
    transact(ports, key.anchor, [key], ([stored], now) => ({
      answer: undefined,
      ...(stored && { write: keep(key, attemptsAsOf(stored.value, now), now) }),
    })),
  );
}

/**
 * Within the process, changes to one counter do not conflict, nor do the changes of an attempt interleave with others of
 * its name. The bounded queue for hashes limits the number of waiting attempts.
 */
function runInOrder<T>({ store }: Pick<Ports, 'store'>, { anchor }: DocumentKey, work: () => Promise<T>): Promise<T> {
  return runExclusive(store, `password-count/${anchor}`, work, Number.POSITIVE_INFINITY);
}

/** The event, unless a right password of another attempt has ended the row meanwhile. */
async function recordCap(
  ports: Needs,
  { user: key, place }: PasswordCounters,
  { account, owner }: CountedName<unknown>,
): Promise<void> {
  if (!owner) return;
  await transact(ports, key.anchor, [key], ([stored], now) => {
    const isCapped = isCappedFrom(attemptsOn(stored?.value, owner.credential), place, now);
    return { answer: undefined, ...(isCapped && { write: { append: [ownEvent(account, owner.events.locked, now)] } }) };
  });
}

/** Of the user's names only the typed one: the others would reveal that they belong to the same user. */
async function resetCounters(
  ports: Needs,
  { name, user, place, network }: PasswordCounters,
  event: Json | undefined,
): Promise<void> {
  const forName = () =>
    transact(ports, name.anchor, [name], ([attempts]) => ({
      answer: undefined,
      ...(attempts && { write: { delete: [name] } }),
    }));
  const forUser = () =>
    transact(ports, user.anchor, [user], ([attempts], now) => {
      const append = event === undefined ? {} : { append: [event] };
      const reset = resetFailuresFrom(attempts?.value, place, now);
      // A right password in a trusted browser makes its network known, as anywhere else.
      const value = network === undefined || network === place ? reset : addNetwork(reset, network, now);
      if (value) return { answer: undefined, write: { ...keep(user, value, now), ...append } };
      return { answer: undefined, ...((attempts || event) && { write: { delete: [user], ...append } }) };
    });
  await runInOrder(ports, name, () => Promise.all([forName(), runInOrder(ports, user, forUser)]));
}

function keep(key: DocumentKey<PasswordAttempts>, value: PasswordAttempts, now: number) {
  return { put: [{ key, value, expiresAt: attemptsExpireAt(value, now) }] };
}

/** Writes an event without any other change. */
async function appendAlone(ports: Needs, anchor: string, event: Json): Promise<void> {
  const now = ports.clock.now();
  await ports.store.commit({ anchor, operation: newOperation(ports), now, expect: [], append: [event] });
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
