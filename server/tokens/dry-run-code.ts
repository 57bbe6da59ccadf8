import { callDependency } from '../kernel/dependency.ts';
import type { EventDraft } from '../kernel/event.ts';
import type { TokenId } from '../kernel/ids.ts';
import { runExclusive } from '../kernel/keyed-queue.ts';
import { mayChangeToken } from '../kernel/policy.ts';
import type { SecretPorts } from '../kernel/ports/ports.ts';
import { createEvent, type RequestContext } from '../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../kernel/result.ts';
import { readObject } from '../store/records/read-object.ts';
import { type Decision, transact } from '../store/transact.ts';
import { readUser } from '../users/find-user.ts';
import { CHECKS_TTL_MS, type CodeChecks, checksAsOf, checksOpenAt, countCheck } from './code-checks.ts';
import { codeChecksDocument, tokenDocument } from './documents.ts';
import { actionsOf } from './kinds/actions.ts';
import type { CodeCheck } from './kinds/oath/check-otp.ts';
import { stateOnceEnabled, stateRefusal } from './lockout.ts';
import type { Token } from './token.ts';

/** Checks with any result, by one administrator or key within an hour. */
export const CHECKS_PER_HOUR = 300;

const REASONS = { used: 'OTP_REPLAYED', late: 'OTP_CLOCK_OFF', wrong: 'OTP_WRONG' } as const;

/**
 * Reports whether a sign-in would accept this code now, and changes nothing that a sign-in reads: no counter, no
 * failures, no lock. It needs the right to change the token and could be used to guess (SR-2): wrong codes have their
 * own count, written before the response, and too many block further checks of the token. An administrator's own token
 * is never checked: an open session must not reveal the factor that it lacks.
 *
 * Sent codes, recovery codes, passkeys and answers to questions are valid once, and a check would use them up, so they
 * are not supported.
 *
 * @param otp exactly `^[0-9]{6,10}$`, or with the token's PIN
 */
export async function dryRunCode(
  ports: SecretPorts,
  act: RequestContext,
  id: TokenId,
  otp: string,
): Promise<Result<{ check: CodeCheck }>> {
  const { account } = act.actor;
  const key = tokenDocument.key(id);
  const found = await readObject(ports, account, key, 'TOKEN_NOT_FOUND');
  if (isRefusal(found)) return found;
  const { owner: ownerId } = found.object;
  const owner = ownerId === undefined ? undefined : await readUser(ports, account, ownerId);
  const allowed = (token: Token) => token.administrator === undefined && mayChangeToken(act.actor, token, owner);
  if (!allowed(found.object)) return refusal('FORBIDDEN');
  if (!actionsOf(found.object).checkCode) return refusal('TOKEN_KIND_UNFIT');
  const asker = `${account}/${'id' in act.actor ? act.actor.id : act.actor.kind}`;
  const now = ports.clock.now();
  const rate = await ports.store.increment(`code-checks/${asker}`, 3_600_000, CHECKS_PER_HOUR, now);
  if (!rate.allowed) return refusal('RATE_LIMITED', { retryAfterMs: rate.resetAt - now });

  const counts = codeChecksDocument.key(id);
  type Decided = Decision<Result<{ check: CodeCheck }>>;
  return runExclusive(ports.store, `code-checks/${id}`, () =>
    transact(ports, key.anchor, [key, counts], ([stored, checks], at): Decided => {
      const token = stored?.value;
      if (token?.account !== account) return { answer: refusal('TOKEN_NOT_FOUND') };
      if (token.owner !== ownerId) return { answer: refusal('CONTENTION') };
      if (!allowed(token)) return { answer: refusal('FORBIDDEN') };
      const check = actionsOf(token).checkCode;
      if (!check) return { answer: refusal('TOKEN_KIND_UNFIT') };
      const state = stateOnceEnabled(token, at);
      // Evaluate no code that no sign-in would evaluate (SR-4). A deactivated token may be checked before it is given
      // out.
      if (state !== 'active') return { answer: refusal(stateRefusal(state, token)) };
      const known = checks && checksAsOf(checks.value, at);
      const keep = (value: CodeChecks) => [{ key: counts, value, expiresAt: at + CHECKS_TTL_MS }];
      const opensAt = checksOpenAt(known, at);
      if (opensAt > 0) {
        const answer = refusal('TOO_MANY_ATTEMPTS', { retryAfterMs: opensAt - at });
        // Store it, or the wait after a clock was set back would restart with each check.
        return known && known !== checks?.value ? { answer, write: { put: keep(known) } } : { answer };
      }

      const checked = callDependency('checking a code', () => check(ports, token, otp, at));
      const draft: EventDraft = {
        type: 'token.checked',
        subject: id,
        ...(checked.verdict === 'right'
          ? { outcome: 'granted' }
          : { outcome: 'refused', reason: REASONS[checked.verdict] }),
      };
      const put = keep(countCheck(known, checked.verdict === 'right', at));
      return { answer: { check: checked }, write: { put, append: [createEvent(act, draft, at)] } };
    }),
  );
}
