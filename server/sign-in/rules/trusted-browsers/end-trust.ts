import type { UserId } from '../../../kernel/ids.ts';
import { isOwnUser, mayChangeUser } from '../../../kernel/policy.ts';
import type { Ports } from '../../../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../../../kernel/request-context.ts';
import { type Result, refusal } from '../../../kernel/result.ts';
import { transact } from '../../../store/transact.ts';
import { userDocument } from '../../../users/documents.ts';
import { trustedBrowsersDocument } from './documents.ts';
import { putTrusted } from './use-trust.ts';

/**
 * Ends the trust in one browser of a user, or in all. The next sign-in there asks for a code again, and results that
 * rest on it are void (SR-39). A browser that is not there has no trust to end.
 */
export function endBrowserTrust(
  ports: Pick<Ports, 'store' | 'clock' | 'random'>,
  act: RequestContext,
  { user: id, browser: which }: { user: UserId; browser?: string | undefined },
): Promise<Result<{ ended: true }>> {
  const key = trustedBrowsersDocument.key(id);
  const keys = [key, userDocument.key(id)] as const;
  return transact<typeof keys, Result<{ ended: true }>>(ports, key.anchor, keys, ([stored, user], now) => {
    if (user?.value.account !== act.actor.account) return { answer: refusal('USER_NOT_FOUND') };
    if (!mayChangeUser(act.actor, user.value) && !isOwnUser(act.actor, id)) return { answer: refusal('FORBIDDEN') };
    const before = stored?.value.list ?? [];
    const gone = before.filter((browser) => which === undefined || browser.id === which);
    if (!stored || gone.length === 0) return { answer: { ended: true } };
    const list = before.filter((browser) => !gone.includes(browser));
    const related = gone.map((browser) => browser.id);
    const append = [createEvent(act, { type: 'user.browser-trust-ended', subject: id, related }, now)];
    const change = list.length === 0 ? { delete: [key] } : { put: [putTrusted({ ...stored.value, list })] };
    return { answer: { ended: true }, write: { ...change, append } };
  });
}
