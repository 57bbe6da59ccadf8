import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { createWithinQuota, releaseQuota } from '../accounts/quotas.ts';
import { hashNewPassword, type PasswordOwner } from '../authentication/new-password.ts';
import { referenceTo } from '../kernel/actor.ts';
import type { UserId } from '../kernel/ids.ts';
import { mayChoosePassword, mayCreate, mayIdentifyUsers } from '../kernel/policy.ts';
import type { PasswordPorts, Ports } from '../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Refusal, type Result, refusal } from '../kernel/result.ts';
import type { ImportedHash } from '../passwords/imported-hash.ts';
import { reindex } from '../store/index-entries.ts';
import type { NewId } from '../store/records/create-object.ts';
import { idempotencyMarkDocument } from '../store/records/documents.ts';
import { Contention, newOperation } from '../store/transact.ts';
import { claimNames, releaseName } from '../users/claim-name.ts';
import { nameClaimDocument, userDocument } from '../users/documents.ts';
import type { Metadata } from '../users/metadata.ts';
import type { User } from '../users/user.ts';
import { userClaims } from '../users/user-names.ts';
import { nameTaken, validateNames } from '../users/validate-names.ts';
import { adoptHash } from './adopt-hash.ts';

const MAX_ROUNDS = 8;

export interface NewUser {
  login: string;
  alias?: string | undefined;
  email?: string | undefined;
  phone?: string | undefined;
  firstName?: string | undefined;
  secondName?: string | undefined;
  externalId?: string | undefined;
  metadata?: Metadata | undefined;
  password?: string | undefined;
  /** In place of a password: a hash imported from another system. */
  passwordHash?: ImportedHash | undefined;
  apiSupport?: boolean | undefined;
}

/**
 * Creates a user. The document comes first and is live only once its names are claimed; a user who does not get all
 * removes itself. A crash in between leaves a user without an assignment, who cannot sign in anywhere.
 */
export async function createUser(
  ports: Omit<PasswordPorts, 'secrets'>,
  act: RequestContext,
  birth: NewId<UserId>,
  input: NewUser,
): Promise<Result<{ user: User }>> {
  const { account } = act.actor;
  if (!mayCreate(act.actor)) return refusal('FORBIDDEN');
  const forbidden = refuseChosenPassword(act, input) ?? refuseIdentity(act, input);
  if (forbidden) return forbidden;
  const impossible = validateNames(input);
  if (impossible) return impossible;
  const { id } = birth;
  const { password, passwordHash: imported, ...details } = input;
  const hashed = await hashFirstPassword(
    ports,
    { ...details, account, assignments: [] } as PasswordOwner,
    password,
    imported,
  );
  if (isRefusal(hashed)) return hashed;
  const drafted: User = {
    ...omitUndefined(details),
    id,
    account,
    ...hashed,
    apiSupport: input.apiSupport ?? true,
    blocked: false,
    assignments: [],
    createdAt: ports.clock.now(),
    createdBy: referenceTo(act.actor),
  } as User;

  const made = await createWithinQuota(ports, act, 'users', 'user.created', birth, userDocument.key(id), drafted);
  if (isRefusal(made)) return made;
  const user = made.created;
  const names = userClaims(user);
  const taken = await claimNames(ports, account, names, id);
  if (taken === undefined) return { user };
  await withdraw(ports, act, user, names);
  return nameTaken(user, taken);
}

/**
 * True if the Idempotency-Key made this user, with all names. A user that was changed or deleted since counts, a
 * half-made one does not.
 */
export async function isCompleteUser(
  ports: Pick<Ports, 'store' | 'clock' | 'breachedPasswords'>,
  act: RequestContext,
  { id, madeWith }: NewId<UserId>,
): Promise<boolean> {
  const { account } = act.actor;
  const key = userDocument.key(id);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const now = ports.clock.now();
    const [mark, stored] = await ports.store.getMany([idempotencyMarkDocument.key(id), key], now);
    if (mark === undefined || mark.value.key !== madeWith) return false;
    if (!stored) return true;
    const names = userClaims(stored.value);
    const claims = await ports.store.getMany(
      names.map((name) => nameClaimDocument.key(account, name)),
      now,
    );
    if (claims.every((claim) => claim?.value.user === id)) return stored.value.account === account;
    // Renamed or deleted between the two reads, the user has not had these names at the second.
    const [current] = await ports.store.getMany([key], now);
    if (current?.version === stored.version) return false;
  }
  throw new Contention(id);
}

/** An actor who may not choose passwords creates the user without one, and has a link mailed to them (SR-41). */
export function refuseChosenPassword(
  act: RequestContext,
  input: Pick<NewUser, 'password' | 'passwordHash'>,
): Refusal | undefined {
  if (input.password === undefined && input.passwordHash === undefined) return undefined;
  return mayChoosePassword(act.actor) ? undefined : refusal('FORBIDDEN', { detail: PASSWORD_NOT_ALLOWED });
}

/** Whom a user is to the sites is decided for the whole account. */
export function refuseIdentity(
  act: RequestContext,
  input: { externalId?: string | null | undefined; metadata?: Metadata | null | undefined },
): Refusal | undefined {
  if (input.externalId === undefined && input.metadata === undefined) return undefined;
  return mayIdentifyUsers(act.actor) ? undefined : refusal('FORBIDDEN', { detail: IDENTITY_NOT_ALLOWED });
}

const IDENTITY_NOT_ALLOWED = 'the external id and metadata are set by the superuser, and by API keys for all resources';
const PASSWORD_NOT_ALLOWED = 'administrators do not choose a password: start a reset';

/** An imported password is not checked against the policy, because its text is unknown. The next change checks it. */
async function hashFirstPassword(
  ports: Omit<PasswordPorts, 'secrets'>,
  owner: PasswordOwner,
  password: string | undefined,
  imported: ImportedHash | undefined,
): Promise<Result<{ passwordHash?: string }>> {
  if (password !== undefined && imported !== undefined) {
    return refusal('INPUT_INVALID', { detail: 'a password or a passwordHash, not both' });
  }
  if (password !== undefined) return hashNewPassword(ports, owner, password);
  if (imported === undefined) return {};
  return adoptHash(ports, owner.account, imported);
}

/**
 * Deletes the user first, which makes every claim invalid; the claims are then only cleaned up. Without the mark the
 * user was never made.
 */
async function withdraw(
  ports: Omit<PasswordPorts, 'secrets'>,
  act: RequestContext,
  user: User,
  names: string[],
): Promise<void> {
  const key = userDocument.key(user.id);
  const now = ports.clock.now();
  await ports.store.commit({
    anchor: key.anchor,
    operation: newOperation(ports),
    now,
    expect: [],
    delete: [key, idempotencyMarkDocument.key(user.id)],
    index: reindex(key, user, undefined),
    append: [createEvent(act, { type: 'user.deleted', subject: user.id, reason: 'NAME_TAKEN' }, now)],
  });
  await releaseQuota(ports, user.account, 'users', user.id);
  for (const name of names) await releaseName(ports, user.account, name, user.id);
}
