import { type AccountId, parseId, type UserId } from '../kernel/ids.ts';
import { normaliseName } from '../kernel/names.ts';
import { maySee } from '../kernel/policy.ts';
import type { DocumentPorts } from '../kernel/ports/ports.ts';
import type { RawKey } from '../kernel/ports/store.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { nameClaimDocument, userDocument } from './documents.ts';
import type { User } from './user.ts';
import { markExternalId, userNames } from './user-names.ts';

/**
 * The user with this id or name. Only a hint: `loadAssignedTokens` reads everything again and decides whether they are
 * live and can sign in.
 */
export async function locateUser(
  ports: DocumentPorts,
  account: AccountId,
  idOrName: string,
): Promise<User | undefined> {
  const now = ports.clock.now();
  const id = parseId('usr', idOrName);
  if (id) {
    const [stored] = await ports.store.getMany([userDocument.key(id)], now);
    return stored?.value.account === account ? stored.value : undefined;
  }
  const name = normaliseName(idOrName);
  const [claim] = await ports.store.getMany([nameClaimDocument.key(account, name)], now);
  if (!claim) return undefined;
  const [stored] = await ports.store.getMany([userDocument.key(claim.value.user)], now);
  const user = stored?.value;
  return user && user.account === account && userNames(user).includes(name) ? user : undefined;
}

/** The live user with this external id, in Unicode's form C. No sign-in finds a user by it. */
export async function findByExternalId(
  ports: DocumentPorts,
  account: AccountId,
  externalId: string,
): Promise<User | undefined> {
  const now = ports.clock.now();
  const [claim] = await ports.store.getMany([nameClaimDocument.key(account, markExternalId(externalId))], now);
  const user = claim && (await readUser(ports, account, claim.value.user));
  return user?.externalId === externalId ? user : undefined;
}

/** What {@link locateUser} reads first: the claim of the name, or the user of the id. */
export function nameKey(account: AccountId, idOrName: string): RawKey {
  const id = parseId('usr', idOrName);
  return id ? userDocument.key(id) : nameClaimDocument.key(account, normaliseName(idOrName));
}

/** The user to whom {@link locateUser} leads, before the user behind a name is read. */
export async function claimedUser(
  ports: DocumentPorts,
  account: AccountId,
  idOrName: string,
): Promise<UserId | undefined> {
  const now = ports.clock.now();
  const id = parseId('usr', idOrName);
  if (id) {
    const [stored] = await ports.store.getMany([userDocument.key(id)], now);
    return stored?.value.account === account ? id : undefined;
  }
  const [claim] = await ports.store.getMany([nameClaimDocument.key(account, normaliseName(idOrName))], now);
  return claim?.value.user;
}

/**
 * The live user of an account by id or by any of their names. A user is live only if the claim of their login names
 * them, and is found by a name only if that name's claim names them and they carry the name: the remains of a crash or
 * a lost race are ignored.
 */
export async function findUser(ports: DocumentPorts, account: AccountId, idOrName: string): Promise<User | undefined> {
  const user = await locateUser(ports, account, idOrName);
  return user && (await holdsLogin(ports, user)) ? user : undefined;
}

/** The same, for actors who may see users. */
export async function showUser(
  ports: DocumentPorts,
  { actor }: RequestContext,
  idOrName: string,
): Promise<Result<{ object: User }>> {
  if (!maySee(actor)) return refusal('FORBIDDEN');
  const object = await findUser(ports, actor.account, idOrName);
  return object ? { object } : refusal('USER_NOT_FOUND');
}

/** The live user by id, else undefined. */
export function readUser(ports: DocumentPorts, account: AccountId, id: UserId): Promise<User | undefined> {
  return findUser(ports, account, id);
}

async function holdsLogin(ports: DocumentPorts, user: User): Promise<boolean> {
  const key = nameClaimDocument.key(user.account, normaliseName(user.login));
  const [claim] = await ports.store.getMany([key], ports.clock.now());
  return claim?.value.user === user.id;
}
