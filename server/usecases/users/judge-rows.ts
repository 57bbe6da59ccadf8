import { mayChangeUser, mayCreate } from '../../domain/authority.ts';
import { adoptHash } from '../../domain/imported-hash.ts';
import { userNames } from '../../domain/user-names.ts';
import type { Ports } from '../../ports/index.ts';
import type { Act } from '../act.ts';
import { judgeNewPassword, type PasswordOwner } from '../passwords/new-password.ts';
import type { NewTokenRecord } from '../tokens/create-token.ts';
import { type Refusal, refusal } from '../verdict.ts';
import { type NewUser, refuseChosen } from './create-user.ts';
import { locateUser, readUser } from './find-user.ts';
import { judgeNames } from './judge-names.ts';
import { nameTaken } from './name-taken.ts';

/** Why a user could not be made as things stand; undefined where they could. Makes nothing and hashes nothing. */
export async function judgeNewUser(
  ports: Pick<Ports, 'store' | 'clock'>,
  act: Act,
  input: NewUser,
): Promise<Refusal | undefined> {
  const { account } = act.actor;
  if (!mayCreate(act.actor)) return refusal('FORBIDDEN');
  const chosen = refuseChosen(act, input);
  if (chosen) return chosen;
  const impossible = judgeNames(input);
  if (impossible) return impossible;
  if (input.password !== undefined && input.passwordHash !== undefined) return refusal('INPUT_INVALID');
  if (input.passwordHash !== undefined && adoptHash(input.passwordHash) === undefined) {
    return refusal('PASSWORD_HASH_INVALID');
  }
  for (const name of userNames(input)) {
    if (await locateUser(ports, account, name)) return nameTaken(input, name);
  }
  return input.password === undefined
    ? undefined
    : judgeNewPassword(ports, { ...input, account, assignments: [] } as PasswordOwner, input.password);
}

/** The same for a token. */
export async function judgeNewToken(
  ports: Pick<Ports, 'store' | 'clock'>,
  act: Act,
  input: Pick<NewTokenRecord, 'owner'>,
): Promise<Refusal | undefined> {
  if (!mayCreate(act.actor)) return refusal('FORBIDDEN');
  if (input.owner === undefined) return undefined;
  const owner = await readUser(ports, act.actor.account, input.owner);
  if (!owner) return refusal('USER_NOT_FOUND');
  return mayChangeUser(act.actor, owner) ? undefined : refusal('FORBIDDEN');
}
