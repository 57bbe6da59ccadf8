import type { Administrator } from '../administrators/administrator.ts';
import { administratorDocument } from '../administrators/documents.ts';
import type { AdministratorId } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { hashSecret, newSecret } from '../kernel/secret-token.ts';
import { notify } from '../messages/notify.ts';
import { transact } from '../store/transact.ts';
import { type AdministratorLink, RECOVERY_LIFETIME_MS, writeLink } from './administrator-link.ts';
import { administratorLinkDocument } from './documents.ts';

/**
 * For an administrator who lost password, token or both: makes a link for the operator to hand over. The link sets a
 * new password and enrols again; until then nothing changes. Operators only, because it bypasses both factors.
 */
export async function recoverAdministrator(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'courier' | 'reportFault'> & { issuer: string },
  act: RequestContext,
  id: AdministratorId,
): Promise<Result<{ link: string; expiresAt: number }>> {
  if (act.actor.kind !== 'operator') return refusal('FORBIDDEN');
  const { account } = act.actor;
  const secret = newSecret(ports);
  const now = ports.clock.now();
  const link: AdministratorLink = {
    kind: 'recovery',
    secretHash: hashSecret(secret),
    createdAt: now,
    expiresAt: now + RECOVERY_LIFETIME_MS,
  };
  const linkKey = administratorLinkDocument.key(account, id);
  const keys = [administratorDocument.key(account, id), linkKey] as const;
  const found = await transact<typeof keys, Result<Administrator>>(ports, account, keys, ([stored], now) => {
    if (!stored) return { answer: refusal('ADMINISTRATOR_NOT_FOUND') };
    if (stored.value.state !== 'active') return { answer: refusal('ADMINISTRATOR_INACTIVE') };
    return {
      answer: stored.value,
      write: {
        put: [{ key: linkKey, value: link, expiresAt: link.expiresAt }],
        append: [createEvent(act, { type: 'administrator.recovered', subject: id }, now)],
      },
    };
  });
  if (isRefusal(found)) return found;
  notify(ports, found, 'recovered', act);
  const text = writeLink({ account, administrator: id, secret });
  return { link: `${ports.issuer}/recovery#${text}`, expiresAt: link.expiresAt };
}
