import { type PasswordOwner, validateNewPassword } from '../authentication/new-password.ts';
import { mayCreate } from '../kernel/policy.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { type Refusal, refusal } from '../kernel/result.ts';
import { findByExternalId, locateUser } from '../users/find-user.ts';
import { markExternalId, userNames } from '../users/user-names.ts';
import { nameTaken, validateNames } from '../users/validate-names.ts';
import { refuseImportedHash } from './adopt-hash.ts';
import { type NewUser, refuseChosenPassword, refuseIdentity } from './create-user.ts';

/** Why a user cannot be created; undefined if they can. Writes and hashes nothing. */
export async function validateNewUser(
  ports: Pick<Ports, 'store' | 'clock' | 'breachedPasswords'>,
  act: RequestContext,
  input: NewUser,
): Promise<Refusal | undefined> {
  const { account } = act.actor;
  if (!mayCreate(act.actor)) return refusal('FORBIDDEN');
  const forbidden = refuseChosenPassword(act, input) ?? refuseIdentity(act, input);
  if (forbidden) return forbidden;
  const impossible = validateNames(input);
  if (impossible) return impossible;
  if (input.password !== undefined && input.passwordHash !== undefined) return refusal('INPUT_INVALID');
  const refusedHash = input.passwordHash && refuseImportedHash(input.passwordHash);
  if (refusedHash) return refusedHash;
  for (const name of userNames(input)) {
    if (await locateUser(ports, account, name)) return nameTaken(input, name);
  }
  const { externalId } = input;
  if (externalId !== undefined && (await findByExternalId(ports, account, externalId))) {
    return nameTaken(input, markExternalId(externalId));
  }
  return input.password === undefined
    ? undefined
    : validateNewPassword(ports, { ...input, account, assignments: [] } as PasswordOwner, input.password);
}
