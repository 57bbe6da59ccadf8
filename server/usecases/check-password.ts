import { assignmentTo, isAssigned } from '../domain/assignments.ts';
import type { AccountId, ResourceId } from '../domain/ids.ts';
import { normalisePassword } from '../domain/password-policy.ts';
import { countWrongPassword, passwordWaitUntil } from '../domain/password-wait.ts';
import type { Token } from '../domain/token.ts';
import type { User } from '../domain/user.ts';
import { documents } from '../ports/documents.ts';
import type { Ports } from '../ports/index.ts';
import { unknownSubject } from './burn-attempt.ts';
import { locateUser } from './find-user.ts';
import { readPairs } from './read-pairs.ts';
import { transact } from './transact.ts';
import { isRefusal, refusal, type Verdict } from './verdict.ts';

export interface PasswordRight {
  user: User;
  /** The tokens of the assignment, in whatever state. */
  tokens: Token[];
}

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'hasher' | 'secrets'>;

/**
 * The first factor. Whoever the name stands for, and whether it stands for anybody, the same happens: one look-up, one
 * counter commit, one argon2 call (SR-17).
 *
 * The attempt is counted as wrong *before* the hash is computed and forgiven after a success. So parallel guesses
 * cannot outrun the counter, and a request that is aborted or crashes half-way stays counted (SR-16).
 *
 * A person who is not assigned to the resource is answered like a wrong password, and stays counted. Everything is read
 * again after the hash, which took long: whoever was blocked, removed or given a new password meanwhile does not come
 * in (SR-4).
 */
export async function checkPassword(
  ports: Needs,
  input: { account: AccountId; resource: ResourceId; name: string; password: string },
): Promise<Verdict<PasswordRight>> {
  const found = await locateUser(ports, input.account, input.name);
  const key = documents.passwordAttempts(found ? found.id : unknownSubject(ports, input.account, input.name));

  const counted = await transact<readonly [typeof key], Verdict<{ counted: true }>>(
    ports,
    key.anchor,
    [key],
    ([attempts], now) => {
      const waitUntil = passwordWaitUntil(attempts?.value);
      if (waitUntil > now) return { answer: refusal('TOO_MANY_ATTEMPTS', { retryAfterMs: waitUntil - now }) };
      return {
        answer: { counted: true },
        write: { put: [{ key, value: countWrongPassword(attempts?.value, now), expiresAt: now + ATTEMPTS_KEPT_MS }] },
      };
    },
  );
  if (isRefusal(counted)) return counted;

  const usable = found && !found.blocked ? found.passwordHash : undefined;
  const right = await ports.hasher.verify(usable, normalisePassword(input.password));
  if (!found || !right) return refusal('INVALID_CREDENTIALS');

  const { user, tokens } = await readPairs(ports, found, input.resource);
  if (!user || user.passwordHash !== usable) return refusal('INVALID_CREDENTIALS');
  const assignment = assignmentTo(user, input.resource);
  if (
    !assignment ||
    !isAssigned(
      assignment,
      tokens.map(({ value }) => value),
    )
  )
    return refusal('INVALID_CREDENTIALS');

  await transact(ports, key.anchor, [key], ([attempts]) => ({
    answer: undefined,
    ...(attempts && { write: { delete: [key] } }),
  }));
  return { user: await upgradeHash(ports, user, input.password), tokens: tokens.map(({ value }) => value) };
}

/** Counters of wrong passwords are forgotten a day after the last one; the longest wait is a minute. */
const ATTEMPTS_KEPT_MS = 24 * 3_600_000;

/** A hash weaker than today's parameters is replaced while the password is at hand (SR-18). */
async function upgradeHash(ports: Needs, user: User, password: string): Promise<User> {
  const old = user.passwordHash;
  if (old === undefined || !ports.hasher.needsRehash(old)) return user;
  const passwordHash = await ports.hasher.hash(normalisePassword(password));
  const key = documents.user(user.id);
  return transact(ports, key.anchor, [key], ([current]) => {
    if (current?.value.passwordHash !== old) return { answer: current?.value ?? user };
    const upgraded = { ...current.value, passwordHash };
    return { answer: upgraded, write: { put: [{ key, value: upgraded }] } };
  });
}
