import type { RequestContext } from '../kernel/request-context.ts';
import { isRefusal } from '../kernel/result.ts';
import { listObjects } from '../store/records/list-objects.ts';
import { tokenDocument, tokenIndexes } from '../tokens/documents.ts';
import { readPasswordAlone } from '../user-management/password-alone.ts';
import { userDocument } from '../users/documents.ts';

/**
 * How many users sign in with the password alone, because all their tokens are deactivated where none is required.
 *
 * @param limit how many of the newest deactivated tokens are looked at
 */
export async function countPasswordAlone(
  ports: Parameters<typeof readPasswordAlone>[0],
  act: RequestContext,
  limit: number,
): Promise<number> {
  const { account } = act.actor;
  const index = tokenIndexes.deactivated(account);
  // Most accounts have none: read nothing more for them.
  if ((await ports.store.range(index, { limit: 1 })).length === 0) return 0;
  const page = await listObjects(ports, { index, account, key: tokenDocument.key, limit });
  if (isRefusal(page)) return 0;
  const owners = [...new Set(page.items.flatMap(({ owner }) => owner ?? []))];
  const users = await ports.store.getMany(owners.map(userDocument.key), ports.clock.now());
  const alone = await readPasswordAlone(
    ports,
    act,
    users.flatMap((user) => user?.value ?? []),
  );
  return alone.size;
}
