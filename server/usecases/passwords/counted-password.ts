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
import { needing } from '../needing.ts';
import { newOperation, transact } from '../transact.ts';
import { isRefusal, type Refusal, refusal, type Verdict } from '../verdict.ts';

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
 * parallel guesses cannot outrun the counter, and a request that is aborted half-way stays counted (SR-16).
 */
export async function countedPassword<R, A extends object>(
  ports: Needs,
  reservation: Reservation,
  attempt: CountedPassword<R>,
  conclude: (right: R) => Promise<Verdict<A>>,
): Promise<Verdict<A>> {
  const { subject, about } = attempt;
  const key = documents.passwordAttempts(subject);
  const place = placeOf(ports, subject, attempt.address);

  const counted = await transact<readonly [typeof key], Verdict<{ counted: true }>>(
    ports,
    key.anchor,
    [key],
    ([attempts], now) => {
      const known = attempts && attemptsAsOf(attempts.value, now);
      const keep = (value: PasswordAttempts) => ({ put: [{ key, value, expiresAt: attemptsExpireAt(value, now) }] });
      const waitUntil = passwordWaitUntil(wrongPasswordsFrom(known, place, now));
      if (waitUntil > now) {
        const answer = refusal('TOO_MANY_ATTEMPTS', { retryAfterMs: waitUntil - now });
        // Kept, or the wait after a clock that was set back would start again with each attempt.
        return known && known !== attempts?.value ? { answer, write: keep(known) } : { answer };
      }
      return { answer: { counted: true }, write: keep(countWrongFrom(known, place, now)) };
    },
  );
  if (isRefusal(counted)) return counted;

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
  await transact(ports, key.anchor, [key], ([attempts], now) => {
    const append = event === undefined ? {} : { append: [event] };
    const value = forgiveFrom(attempts?.value, place, now);
    if (value) {
      const put = [{ key, value, expiresAt: attemptsExpireAt(value, now) }];
      return { answer: undefined, write: { put, ...append } };
    }
    return { answer: undefined, ...((attempts || event) && { write: { delete: [key], ...append } }) };
  });
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
