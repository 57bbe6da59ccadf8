import type { FlowPurpose, PasswordRemedy } from '@countersign/protocol/flow';
import { DependencyFailed } from '../kernel/dependency.ts';
import type { UserId } from '../kernel/ids.ts';
import { LookupsCrowded } from '../kernel/ports/breached-passwords.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { isBreached, normalisePassword } from '../passwords/password-policy.ts';
import type { Resource } from '../resources/resource.ts';
import type { RequestPorts } from '../store/request-ports.ts';
import { transact } from '../store/transact.ts';
import { userDocument } from '../users/documents.ts';
import type { User } from '../users/user.ts';
import type { CorrectPassword, UserAttempt } from './check-password.ts';
import { readAccessAgain } from './read-access.ts';

/** What a resource does about a right password that was stolen elsewhere. */
type BreachRule = Pick<Resource, 'breachedPasswords'>;

/**
 * Whether a password is one that the resource warns of or refuses. Only for a right password: otherwise a guesser would
 * learn that a list has it, and the lookup would show in the time (SR-17).
 *
 * @throws DependencyFailed if that is not known, and must be
 */
export async function isBreachedAt(
  ports: Pick<Ports, 'breachedPasswords'>,
  resource: BreachRule,
  password: string,
): Promise<boolean> {
  if (!reportsBreach(resource)) return false;
  return isBreached(ports, normalisePassword(password)).catch((error: unknown) => {
    // Where it would be reported alone, the sign-in does not wait for the lookups of others.
    if (!refusesBreach(resource) && isCrowded(error)) return false;
    throw error;
  });
}

function isCrowded(error: unknown): boolean {
  return error instanceof DependencyFailed && error.cause instanceof LookupsCrowded;
}

export function reportsBreach({ breachedPasswords = 'off' }: BreachRule): boolean {
  return breachedPasswords !== 'off';
}

function refusesBreach({ breachedPasswords }: BreachRule): boolean {
  return breachedPasswords === 'refuse';
}

/** What the resource does about the right password. */
export type Breach = 'none' | 'reported' | 'refused';

/**
 * Looks up a right password, see {@link isBreachedAt}. That is slow: what the resource and the user allow is read again
 * after it (SR-4).
 */
export async function lookUpPassword(
  ports: RequestPorts<Pick<Ports, 'store' | 'clock' | 'geo' | 'breachedPasswords'>>,
  attempt: UserAttempt,
  right: CorrectPassword,
  resource: Resource,
  { password, address }: { password: string; address?: string },
): Promise<Result<CorrectPassword & { resource: Resource; breach: Breach }>> {
  if (!reportsBreach(resource)) return { ...right, resource, breach: 'none' };
  const isListed = await isBreachedAt(ports, resource, password);
  const again = await attempt.readAgain();
  if (isRefusal(again)) return again;
  const access = await readAccessAgain(ports, resource, address);
  if (isRefusal(access)) return access;
  const breach = refusesBreach(access.resource) ? 'refused' : 'reported';
  return { ...again, ...access, breach: isListed ? breach : 'none' };
}

/** After the last factor: the right password alone does not show that it is on a list. */
export function withBreach<R extends object>(passed: R, breach: Breach): Result<R & { passwordBreached?: true }> {
  if (breach === 'refused') return refusal('PASSWORD_CHANGE_REQUIRED');
  return breach === 'reported' ? { ...passed, passwordBreached: true } : passed;
}

/**
 * Whether a breached password ends this sign-in, and sets up no token: with a passkey of a thief no password would be
 * asked for again. Not on the way to the page where it can be changed.
 */
export function endsByBreach(
  { purpose }: { purpose?: FlowPurpose },
  resource: Pick<Resource, 'breachedPasswords' | 'selfService'>,
): boolean {
  return refusesBreach(resource) && !(purpose === 'self' && resource.selfService?.password === true);
}

/** Where this user can change the password. */
export function passwordRemedy(
  { courier }: Pick<Ports, 'courier'>,
  { selfService, passwordReset }: Pick<Resource, 'selfService' | 'passwordReset'>,
  { email }: Pick<User, 'email'>,
): PasswordRemedy {
  if (selfService?.password) return 'self-service';
  return passwordReset && email !== undefined && !courier.isAbsent ? 'reset' : 'administrator';
}

/** Tells administrators of a sign-in with such a password. The sign-in is complete, and does not depend on it. */
export async function recordBreach(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  act: RequestContext,
  user: UserId,
  resource: Pick<Resource, 'id'>,
): Promise<void> {
  const key = userDocument.key(user);
  await transact(ports, key.anchor, [key], ([owner], now) => {
    if (!owner) return { answer: undefined };
    const draft = { type: 'user.password-breached', subject: user, resource: resource.id } as const;
    return { answer: undefined, write: { append: [createEvent(act, draft, now)] } };
  });
}
