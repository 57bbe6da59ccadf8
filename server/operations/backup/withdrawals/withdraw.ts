import type { Administrator } from '../../../administrators/administrator.ts';
import { assignedTokens, changeOwner, unassignDirect } from '../../../tokens/assignments.ts';
import { rulesOf } from '../../../tokens/kinds/rules.ts';
import { lockToken } from '../../../tokens/lockout.ts';
import type { Token } from '../../../tokens/token.ts';
import { assignmentTo, unassignToken, unassignWithoutToken } from '../../../users/assignments.ts';
import type { User } from '../../../users/user.ts';
import type { AccountWithdrawals, NewPair, ObjectWithdrawals } from './collect-withdrawals.ts';

/**
 * The user after the withdrawals. Their password is replaced and not cleared: without one, a mailed link would count as
 * the first of the account, and an enrolment link would ask for none.
 *
 * @param unknownPassword hash of a random password that is stored nowhere
 */
export function withdrawUser(user: User, object: ObjectWithdrawals, unknownPassword: string): User {
  const { withdrawals, unassigned } = object;
  let next: User = {
    ...user,
    ...(withdrawals.has('block') && { blocked: true }),
    ...(withdrawals.has('refuse-api') && { apiSupport: false }),
    ...(withdrawals.has('replace-password') && { passwordHash: unknownPassword }),
  };
  for (const { resource, token } of unassigned) {
    for (const { resource: at } of next.assignments) {
      if (resource !== undefined && at !== resource) continue;
      next = token === undefined ? unassignWithoutToken(next, at) : unassignToken(next, at, token);
    }
  }
  return next;
}

/**
 * The token after the withdrawals.
 *
 * @param isReplaced its owner was, or may have been, assigned with another token, which is lost: without this one their
 * password alone would sign them in, so it is locked instead
 */
export function withdrawToken(token: Token, object: ObjectWithdrawals, isReplaced: boolean, now: number): Token {
  const { withdrawals, unassigned, switches, isUncertain } = object;
  const stays = isReplaced || isUncertain;
  let next = token;
  if (withdrawals.has('refuse-api')) next = { ...next, apiSupport: false };
  for (const { resource, token: other } of unassigned) {
    if (resource !== undefined && other === undefined) next = unassignDirect(next, resource);
  }
  // One switch of an active token deactivated it, unless that made it active. In any other case it may be active by
  // now.
  const isDeactivated = switches === 1 && token.enabled && !stays;
  if (switches > 0) next = { ...next, enabled: !isDeactivated };
  if (withdrawals.has('disown') && !stays) next = changeOwner(next, undefined);
  // After a restore no recovery code is left: a lock would only prevent new ones.
  const locks =
    (withdrawals.has('lock') && !rulesOf(token).isVoidAfterRestore) ||
    (switches > 0 && !isDeactivated) ||
    // A deletion at this point is of a token that has to stay.
    withdrawals.has('delete') ||
    (withdrawals.has('disown') && stays);
  return locks ? lockToken(next, now) : next;
}

/** The administrator after the withdrawals. */
export function withdrawAdministrator(
  administrator: Administrator,
  { withdrawals }: ObjectWithdrawals,
  unknownPassword: string,
): Administrator {
  // Their new token is lost. With the password of the backup they, or a thief, would enrol another.
  const isPasswordVoid = withdrawals.has('replace-password') || withdrawals.has('end-sign-in');
  const { passkeys, ...rest } = administrator;
  return {
    ...rest,
    ...(passkeys && !withdrawals.has('drop-passkeys') && { passkeys }),
    ...(withdrawals.has('clear-grants') && { grants: [] }),
    ...(withdrawals.has('read-only') && { role: 'read-only' }),
    ...(isPasswordVoid && administrator.passwordHash !== undefined && { passwordHash: unknownPassword }),
  };
}

/**
 * True if one of the tokens with which a user was assigned since the backup is lost, or withdrawn by the same events.
 *
 * @param user undefined: not in the backup
 * @param tokens those of the pairs that are in the backup
 */
export function lacksNewToken(
  user: User | undefined,
  newPairs: readonly NewPair[],
  tokens: readonly Token[],
  objects: AccountWithdrawals['objects'],
): boolean {
  const known = new Map(tokens.map((token) => [token.id, token]));
  return newPairs.some(({ resource, token }) => {
    const assignment = user && assignmentTo(user, resource);
    const isPaired = assignment && assignedTokens(assignment, known, user.id).some(({ id }) => id === token);
    return !isPaired || objects.get(token)?.withdrawals.has('disown') === true;
  });
}

/** An API key, a resource or a webhook after the withdrawals. */
export function withdrawSwitch<T extends { enabled: boolean }>(object: T, { withdrawals }: ObjectWithdrawals): T {
  return withdrawals.has('disable') ? { ...object, enabled: false } : object;
}
