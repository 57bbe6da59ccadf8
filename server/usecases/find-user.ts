import type { AccountId, UserId } from '../domain/ids.ts';
import { parseId } from '../domain/ids.ts';
import { normaliseName } from '../domain/names.ts';
import type { User } from '../domain/user.ts';
import { userNames } from '../domain/user-names.ts';
import { documents } from '../ports/documents.ts';
import type { Ports } from '../ports/index.ts';

/**
 * The live user of an account by id or by any of their names. A user is live only if the claim of their login names
 * them, and reachable by a name only if that name's claim names them and they carry the name: whatever a crash or a
 * lost race left behind does not count.
 */
export async function findUser(
  ports: Pick<Ports, 'store' | 'clock'>,
  account: AccountId,
  idOrName: string,
): Promise<User | undefined> {
  const now = ports.clock.now();
  const id = parseId('usr', idOrName);
  if (id) return readUser(ports, account, id);

  const name = normaliseName(idOrName);
  const [claim] = await ports.store.getMany([documents.nameClaim(account, name)], now);
  if (!claim) return undefined;
  const user = await readUser(ports, account, claim.value.user);
  return user && userNames(user).includes(name) ? user : undefined;
}

/** The live user by id, else undefined. */
export async function readUser(
  ports: Pick<Ports, 'store' | 'clock'>,
  account: AccountId,
  id: UserId,
): Promise<User | undefined> {
  const now = ports.clock.now();
  const [stored] = await ports.store.getMany([documents.user(id)], now);
  const user = stored?.value;
  if (!user || user.account !== account) return undefined;
  const [claim] = await ports.store.getMany([documents.nameClaim(account, normaliseName(user.login))], now);
  return claim?.value.user === user.id ? user : undefined;
}
