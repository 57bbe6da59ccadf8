import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { OtpAlgorithm } from '@countersign/protocol/tokens';
import { referenceTo } from '../kernel/actor.ts';
import type { TokenId, UserId } from '../kernel/ids.ts';
import { mayChangeUser, mayCreate } from '../kernel/policy.ts';
import type { ReadPorts, SecretPorts } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Refusal, type Result, refusal } from '../kernel/result.ts';
import { createObject, type NewId } from '../store/records/create-object.ts';
import { findUser, readUser } from '../users/find-user.ts';
import { tokenDocument } from './documents.ts';
import type { ProtectimusType } from './protectimus-types.ts';
import { removeDeletedOwner } from './remove-deleted-owner.ts';
import type { RecoveryToken, Token, TokenPin } from './token.ts';
import { rememberToken } from './token-history.ts';

/** The input common to every kind. */
export interface NewTokenRecord {
  name: string;
  serial?: string | undefined;
  /** Id or any name of the user. */
  owner?: string | undefined;
  expiresAt?: number | undefined;
  /** The first epoch of the token; 0, the default, for an id that was never used. */
  epoch?: number | undefined;
  /** Its type in the Protectimus dialect. */
  madeAs?: ProtectimusType | undefined;
}

export interface NewPin {
  /** Four digits. */
  digits: string;
  position: TokenPin['position'];
}

/** RFC 4226 R6 recommends 160 bits; the longer hashes get seeds of their own length (RFC 6238 1.2). */
export const SECRET_BYTES: Record<OtpAlgorithm, number> = { SHA1: 20, SHA256: 32, SHA512: 64 };

type TokenRecord = Omit<RecoveryToken, 'factor'>;

/**
 * Everything that creating a token of any kind needs: rights, the record, the commit, and an owner who still exists.
 */
export async function storeToken<T extends Token>(
  ports: SecretPorts,
  act: RequestContext,
  birth: NewId<TokenId>,
  input: NewTokenRecord,
  complete: (record: TokenRecord) => T,
): Promise<Result<{ token: T }>> {
  const { id } = birth;
  const { account } = act.actor;
  const found = await findOwner(ports, act, input);
  if (isRefusal(found)) return found;
  const { name, serial, expiresAt, madeAs } = input;
  const token = complete({
    id,
    account,
    name,
    nextCounter: 0,
    epoch: input.epoch ?? 0,
    enabled: true,
    failures: 0,
    directResources: [],
    ...omitUndefined({ serial, owner: found.owner, expiresAt, madeAs }),
    createdAt: ports.clock.now(),
    createdBy: referenceTo(act.actor),
  });
  const made = await createObject(ports, act, 'token.created', birth, tokenDocument.key(id), token as Token);
  if (isRefusal(made)) return made;
  // A user who was deleted meanwhile owns nothing; the token then has no owner, like their earlier ones.
  const { owner } = made.created;
  if (owner !== undefined && !(await readUser(ports, account, owner))) {
    await removeDeletedOwner(ports, act, account, id, owner);
    return refusal('USER_NOT_FOUND');
  }
  if (owner !== undefined) await rememberToken(ports, made.created, owner);
  return { token: made.created as T };
}

/** Why a token cannot be created; undefined if it can. Writes nothing. */
export async function validateNewToken(
  ports: ReadPorts,
  act: RequestContext,
  input: Pick<NewTokenRecord, 'owner'>,
): Promise<Refusal | undefined> {
  const found = await findOwner(ports, act, input);
  return isRefusal(found) ? found : undefined;
}

async function findOwner(
  ports: ReadPorts,
  act: RequestContext,
  input: Pick<NewTokenRecord, 'owner'>,
): Promise<Result<{ owner?: UserId }>> {
  if (!mayCreate(act.actor)) return refusal('FORBIDDEN');
  if (input.owner === undefined) return {};
  const owner = await findUser(ports, act.actor.account, input.owner);
  if (!owner) return refusal('USER_NOT_FOUND');
  return mayChangeUser(act.actor, owner) ? { owner: owner.id } : refusal('FORBIDDEN');
}
