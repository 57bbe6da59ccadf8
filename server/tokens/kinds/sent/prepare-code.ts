import type { CodePorts } from '../../../kernel/ports/ports.ts';
import type { RequestContext } from '../../../kernel/request-context.ts';
import { isRefusal, type Result, refusal } from '../../../kernel/result.ts';
import type { PreparedChallenge, SentNotice } from '../../challenge.ts';
import { lockRefusal, tokenState } from '../../lockout.ts';
import type { PrepareContext } from '../../prepare-context.ts';
import type { SentToken } from '../../token.ts';
import { isUsable } from '../../usable-tokens.ts';
import type { ApiChallenge, ChallengeOrder } from '../kind-actions.ts';
import { maskedAddress } from './out-of-band-code.ts';
import { pendingCode, type SentCode, sendCode } from './send-code.ts';

/**
 * Sends a code once the user has picked a phone or a mailbox. A recent code is not sent again, so that switching between
 * two options costs nothing.
 */
export async function prepareCode(
  ports: CodePorts,
  { flow, resource, accepts, transaction, expiresAt, delivery }: PrepareContext,
  [token]: readonly SentToken[],
): Promise<Result<PreparedChallenge>> {
  if (!delivery) return {};
  if (!token) return refusal('ACCESS_DENIED');
  if (tokenState(token, ports.clock.now()) === 'locked') return refusal(lockRefusal([token]));
  if (!isUsable(token, accepts, ports.clock.now())) return refusal('ACCESS_DENIED');

  const underWay = await pendingCode(ports, token, flow);
  if (underWay) return { sent: noticeOf(underWay) };
  const sent = await sendCode(ports, delivery.act, {
    token,
    resource,
    scope: flow,
    language: delivery.language,
    origin: delivery.origin,
    ...(transaction && { transaction, until: expiresAt }),
    related: [...(token.owner === undefined ? [] : [token.owner]), flow],
  });
  return isRefusal(sent) ? sent : { sent: noticeOf(sent) };
}

/** Sends a code for a backend. */
export async function sendApiCode(
  ports: CodePorts,
  act: RequestContext,
  { token, scope, reuseRecent, ...order }: ChallengeOrder<SentToken>,
): Promise<Result<ApiChallenge>> {
  const outcome = await sendCode(ports, act, { token, scope, ...order });
  const isTooSoon = isRefusal(outcome) && outcome.refused === 'CODE_LIMIT' && reuseRecent;
  const sent = (isTooSoon && (await pendingCode(ports, token, scope))) || outcome;
  return isRefusal(sent) ? sent : { to: maskedAddress(sent.token.factor), expiresAt: sent.expiresAt };
}

function noticeOf({ token, expiresAt, resendAt }: SentCode): SentNotice {
  return { token: token.id, to: maskedAddress(token.factor), expiresAt, resendAt };
}
