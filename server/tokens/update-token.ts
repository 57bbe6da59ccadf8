import type { TokenId, UserId } from '../kernel/ids.ts';
import { mayChangeToken, mayChangeUser, mayHelpToken } from '../kernel/policy.ts';
import type { SecretPorts, WritePorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Refusal, type Result, refusal } from '../kernel/result.ts';
import { type IfMatchVersions, isUnchangedSince } from '../store/records/etag.ts';
import { editObject, readObject } from '../store/records/read-object.ts';
import { readUser } from '../users/find-user.ts';
import { changeOwner } from './assignments.ts';
import { tokenDocument } from './documents.ts';
import { endReplacements } from './end-replacements.ts';
import { endShownFactors } from './end-shown-factors.ts';
import { admitHelpDeskUnlock } from './help-desk-unlocks.ts';
import { rulesOf } from './kinds/rules.ts';
import { endTrust, isLockedByAdministrator, lockToken, setEnabled, unlockToken } from './lockout.ts';
import { newPin } from './pin.ts';
import { removeDeletedOwner } from './remove-deleted-owner.ts';
import type { NewPin } from './store-token.ts';
import type { Token } from './token.ts';
import { rememberToken } from './token-history.ts';

export interface TokenChanges {
  name?: string | undefined;
  enabled?: boolean | undefined;
  /** `false`: its codes are refused over the API. */
  apiSupport?: boolean | undefined;
  /** `false` unlocks and resets the failures: only this explicit act lifts a lock. See {@link changesLock}. */
  locked?: boolean | undefined;
  /** `null`: removes the owner. A change of owner voids every assignment that named the token. */
  owner?: UserId | null | undefined;
  /** `null`: never expires. */
  expiresAt?: number | null | undefined;
  /** The address for its codes. Codes sent to an earlier one are void from then on. */
  to?: string | undefined;
  /** `null`: removes the PIN. Recovery codes and passkeys have none. */
  pin?: NewPin | null | undefined;
}

export async function updateToken(
  ports: SecretPorts,
  act: RequestContext,
  id: TokenId,
  changes: TokenChanges,
  seen?: IfMatchVersions,
): Promise<Result<{ object: Token }>> {
  const { account } = act.actor;
  const key = tokenDocument.key(id);
  const found = await readObject(ports, account, key, 'TOKEN_NOT_FOUND');
  if (isRefusal(found)) return found;
  const owner = found.object.owner === undefined ? undefined : await readUser(ports, account, found.object.owner);
  if (changes.owner) {
    const receiver = await readUser(ports, account, changes.owner);
    if (!receiver) return refusal('USER_NOT_FOUND');
    if (!mayChangeUser(act.actor, receiver)) return refusal('FORBIDDEN');
  }
  const former = found.object.owner;
  const may = isUnlock(changes) ? mayHelpToken : mayChangeToken;
  if (isUnlock(changes) && may(act.actor, found.object, owner)) {
    const tooMany = await admitHelpDeskUnlock(ports, act.actor, former ?? id);
    if (tooMany) return tooMany;
  }
  if (changes.owner !== undefined && former !== undefined && former !== changes.owner) {
    if (!mayChangeToken(act.actor, found.object, owner)) return refusal('FORBIDDEN');
    await rememberToken(ports, found.object, former);
  }
  if (changes.enabled === true && owner && !found.object.enabled && may(act.actor, found.object, owner)) {
    await endReplacements(ports, owner);
  }
  const isLosing = isLost(found.object, changes, ports.clock.now()) && isUnchangedSince(found.object, seen);
  if (isLosing && owner && may(act.actor, found.object, owner)) await endShownFactors(ports, owner);
  const edit = (token: Token, now: number) => {
    // Decided with the owner that was read; after a change of owner it is read again.
    if (token.owner !== former) return refusal('CONTENTION');
    if (!may(act.actor, token, owner)) return refusal('FORBIDDEN');
    // Every other field is part of a sign-in: it changes only with both factors (SR-38).
    if (token.administrator !== undefined && Object.keys(changes).some((name) => name !== 'name')) {
      return refusal('FORBIDDEN', { detail: 'the token of an administrator is replaced by its owner' });
    }
    // A passkey contains its owner's id and is registered by its owner: another user cannot take it over.
    if (rulesOf(token).isBoundToOwner && changes.owner && changes.owner !== token.owner) {
      return refusal('TOKEN_KIND_UNFIT');
    }
    let next = token;
    if (changes.owner !== undefined) next = changeOwner(next, changes.owner ?? undefined);
    if (changesLock(token, changes)) next = changes.locked ? lockToken(next, now) : unlockToken(next);
    if (changes.name !== undefined) next = { ...next, name: changes.name };
    if (changes.enabled !== undefined) next = setEnabled(next, changes.enabled, now);
    if (changes.apiSupport !== undefined) {
      const { apiSupport: _apiSupport, ...rest } = next;
      next = changes.apiSupport ? rest : { ...rest, apiSupport: false };
    }
    if (changes.to !== undefined) {
      const moved = rulesOf(next).withAddress?.(next, changes.to) ?? refusal('TOKEN_KIND_UNFIT');
      if (isRefusal(moved)) return moved;
      next = moved;
    }
    if (changes.pin !== undefined) {
      if (!rulesOf(next).canHavePin) return refusal('TOKEN_KIND_UNFIT');
      const { pin: _pin, ...rest } = next;
      next =
        changes.pin === null ? rest : { ...rest, pin: newPin(ports, next, changes.pin.digits, changes.pin.position) };
    }
    if (changes.expiresAt !== undefined) {
      const { expiresAt: _expiresAt, ...rest } = next;
      next = changes.expiresAt === null ? rest : { ...rest, expiresAt: changes.expiresAt };
    }
    // A name is no part of how a token signs in.
    return isAlone('name', changes) ? next : endTrust(next);
  };
  const edited = await editObject(ports, act, { type: 'token.updated' }, key, 'TOKEN_NOT_FOUND', edit, seen);
  if (isRefusal(edited) || !changes.owner) return edited;
  // A user who was deleted meanwhile owns nothing.
  if (!(await readUser(ports, account, changes.owner))) return removeOwner(ports, act, id, changes.owner);
  await rememberToken(ports, edited.object, changes.owner);
  return edited;
}

/** Whether who could show it can no longer do so afterwards: it is lost, or asks for another phone or PIN. */
function isLost(token: Token, changes: TokenChanges, now: number): boolean {
  const { enabled, locked, owner, to, pin, expiresAt } = changes;
  const isTaken = owner !== undefined && (owner ?? undefined) !== token.owner;
  const isMoved = to !== undefined && rulesOf(token).withAddress?.(token, to) !== token;
  const isExpired = typeof expiresAt === 'number' && expiresAt <= now;
  const isLocked = locked === true && changesLock(token, changes) && !isLockedByAdministrator(token);
  const isOff = token.enabled && enabled === false;
  return isTaken || isOff || isLocked || isMoved || isExpired || (pin !== undefined && pin !== null);
}

/** Nothing but an unlock: the help desk may make it too. */
function isUnlock(changes: TokenChanges): boolean {
  return changes.locked === false && isAlone('locked', changes);
}

/**
 * Beside other changes, a value that the lock has already was read and written back, and changes nothing: neither who
 * locked the token nor its failures. Alone it is an administrator's act.
 */
function changesLock({ lock }: Token, changes: TokenChanges): boolean {
  return changes.locked !== undefined && (changes.locked !== (lock !== undefined) || isAlone('locked', changes));
}

function isAlone(name: keyof TokenChanges, changes: TokenChanges): boolean {
  return Object.entries(changes).every(([field, value]) => field === name || value === undefined);
}

async function removeOwner(ports: WritePorts, act: RequestContext, id: TokenId, owner: UserId): Promise<Refusal> {
  await removeDeletedOwner(ports, act, act.actor.account, id, owner);
  return refusal('USER_NOT_FOUND');
}
