import { canonicalAddress, rateKey } from '../../domain/addresses.ts';
import {
  attemptsAsOf,
  attemptsExpireAt,
  countWrongFrom,
  forgiveFrom,
  wrongPasswordsFrom,
} from '../../domain/familiar-places.ts';
import { normalisePassword } from '../../domain/password-policy.ts';
import { passwordWaitUntil } from '../../domain/password-wait.ts';
import type { PasswordAttempts } from '../../domain/user.ts';
import { documents } from '../../ports/documents.ts';
import type { Ports } from '../../ports/index.ts';
import type { Reservation } from '../../ports/password-hasher.ts';
import type { Json } from '../../ports/store.ts';
import { inTurn } from '../in-turn.ts';
import { needing } from '../needing.ts';
import { type Decision, newOperation, transact } from '../transact.ts';
import { isRefusal, type Refusal, refusal, type Verdict } from '../verdict.ts';
import { noteUnderWay, underWayOf } from './under-way.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>;

/** One password for one subject, whoever stands behind it. */
export interface CountedPassword<R> {
  /** Under what it is counted: an id, or `unknown/<mac>` for a name that nobody holds. */
  subject: string;
  /** Whom it is about, if anybody. */
  about: Refusal['about'];
  password: string;
  address: string | undefined;
  /** Undefined burns the same time (SR-17). */
  passwordHash: string | undefined;
  /** Whom a right password lets in, read again after the hash, which took long; undefined: nobody. */
  comesIn: () => Promise<R | undefined>;
  /** Appended when the password was wrong, or right for nobody who may come in. */
  wrong?: () => Json;
  /** Appended when what a right password leads to is the last word of the attempt. */
  right?: (concluded: object) => Json | undefined;
}

/**
 * Counts, hashes, and forgives after a success. The attempt is counted as wrong *before* the hash is computed, so that
 * parallel guesses cannot outrun the counter, and a request that is aborted half-way stays counted (SR-2, SR-16).
 */
export async function countedPassword<R, A extends object>(
  ports: Needs,
  reservation: Reservation,
  attempt: CountedPassword<R>,
  conclude: (right: R) => Promise<Verdict<A>>,
): Promise<Verdict<A>> {
  const { subject } = attempt;
  const place = placeOf(ports, subject, attempt.address);

  const counted = await countOrWait(ports, subject, place);
  if (isRefusal(counted)) return counted;
  try {
    return await judgeCounted(ports, reservation, attempt, place, conclude);
  } finally {
    counted.judged();
  }
}

type Counted = { judged: () => void } | { refused: Refusal; underWay: readonly Promise<void>[] };

/**
 * Counts an attempt, unless wrong ones before it have brought a wait. Those that are counted and not judged yet may be right, so an
 * attempt that would have to wait for them is decided again when the next of them is judged. Only such attempts wait in line, so that
 * strangers who flood a name do not keep out a user with a count of their own (SR-49).
 */
async function countOrWait(
  ports: Needs,
  subject: string,
  place: string | undefined,
): Promise<Verdict<{ judged: () => void }>> {
  const counted = await count(ports, subject, place);
  if ('judged' in counted) return counted;
  if (counted.underWay.length === 0) return counted.refused;
  return inTurn(ports.store, `password/${subject}`, async () => {
    for (let again: Counted = counted; ; again = await count(ports, subject, place)) {
      if ('judged' in again) return again;
      if (again.underWay.length === 0) return again.refused;
      await Promise.race(again.underWay);
    }
  });
}

function count(ports: Needs, subject: string, place: string | undefined): Promise<Counted> {
  const key = documents.passwordAttempts(subject);
  return oneByOne(ports, subject, async (): Promise<Counted> => {
    const refused = await transact(ports, key.anchor, [key], ([attempts], now): Decision<Refusal | undefined> => {
      const known = attempts && attemptsAsOf(attempts.value, now);
      const keep = (value: PasswordAttempts) => ({ put: [{ key, value, expiresAt: attemptsExpireAt(value, now) }] });
      const waitUntil = passwordWaitUntil(wrongPasswordsFrom(known, place, now));
      if (waitUntil > now) {
        const answer = refusal('TOO_MANY_ATTEMPTS', { retryAfterMs: waitUntil - now });
        // Kept, or the wait after a clock that was set back would start again with each attempt.
        return known && known !== attempts?.value ? { answer, write: keep(known) } : { answer };
      }
      return { answer: undefined, write: keep(countWrongFrom(known, place, now)) };
    });
    if (refused) return { refused, underWay: underWayOf(ports.store, subject) };
    return { judged: noteUnderWay(ports.store, subject) };
  });
}

/** Changes to one count do not conflict within the process. As many wait as have a place in the queue for hashes, which is bounded. */
function oneByOne<T>({ store }: Pick<Ports, 'store'>, subject: string, work: () => Promise<T>): Promise<T> {
  return inTurn(store, `password-count/${subject}`, work, Number.POSITIVE_INFINITY);
}

async function judgeCounted<R, A extends object>(
  ports: Needs,
  reservation: Reservation,
  attempt: CountedPassword<R>,
  place: string | undefined,
  conclude: (right: R) => Promise<Verdict<A>>,
): Promise<Verdict<A>> {
  const key = documents.passwordAttempts(attempt.subject);
  const { about } = attempt;
  const right = await needing('checking a password', () =>
    reservation.verify(attempt.passwordHash, normalisePassword(attempt.password)),
  );
  const person = attempt.passwordHash !== undefined && right ? await attempt.comesIn() : undefined;
  if (!person) {
    if (attempt.wrong) await tell(ports, key.anchor, attempt.wrong());
    return refusal('INVALID_CREDENTIALS', about === undefined ? {} : { about });
  }
  const concluded = await conclude(person);
  const event = attempt.right?.(concluded);
  await oneByOne(ports, attempt.subject, () =>
    transact(ports, key.anchor, [key], ([attempts], now) => {
      const append = event === undefined ? {} : { append: [event] };
      const value = forgiveFrom(attempts?.value, place, now);
      if (value) {
        const put = [{ key, value, expiresAt: attemptsExpireAt(value, now) }];
        return { answer: undefined, write: { put, ...append } };
      }
      return { answer: undefined, ...((attempts || event) && { write: { delete: [key], ...append } }) };
    }),
  );
  return concluded;
}

/** One event with no change beside it. */
async function tell(ports: Needs, anchor: string, event: Json): Promise<void> {
  const operation = newOperation(ports);
  await ports.store.commit({ anchor, operation, now: ports.clock.now(), expect: [], append: [event] });
}

/** Subject and address (IPv6: its /64) under a MAC; undefined where nobody says from where. */
export function placeOf(
  ports: Pick<Ports, 'secrets'>,
  subject: string,
  address: string | undefined,
): string | undefined {
  if (address === undefined || canonicalAddress(address) === undefined) return undefined;
  const mac = ports.secrets.mac('familiar-place', JSON.stringify([subject, rateKey(address)]));
  return Buffer.from(mac).toString('base64url');
}
