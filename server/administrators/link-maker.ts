import { mayChangeUser, mayHelpUser } from '../kernel/policy.ts';
import type { ReadPorts } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import type { DeliveredLink } from '../messages/delivered-link.ts';
import type { User } from '../users/user.ts';
import { actorOf } from './administrator.ts';
import { readAdministrator } from './find-administrator.ts';

/**
 * False if the administrator who took the link was removed, or has lost the rights on its user: they may have kept it
 * (SR-67). A link that was mailed has no such maker.
 */
export async function isMakerInOffice(
  ports: ReadPorts,
  { by, byHelpDesk }: Pick<DeliveredLink, 'by' | 'byHelpDesk'>,
  user: User,
): Promise<boolean> {
  if (by === undefined) return true;
  const found = await readAdministrator(ports, user.account, by);
  if (isRefusal(found)) return false;
  // A link from before the help desk may give more than the help desk may take.
  const may = byHelpDesk ? mayHelpUser : mayChangeUser;
  return may(actorOf(found.account, found.administrator), user);
}
