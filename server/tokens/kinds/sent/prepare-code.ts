import { isRefusal, type Result, refusal } from '../../../kernel/result.ts';
import type { PreparedChallenge, SentNotice } from '../../challenge.ts';
import { tokenState } from '../../lockout.ts';
import type { PrepareContext } from '../../prepare-context.ts';
import { isSent, type Token } from '../../token.ts';
import { isUsable } from '../../usable-tokens.ts';
import { maskedAddress } from './out-of-band-code.ts';
import { codeUnderWay, type SendNeeds, type SentCode, sendCode } from './send-code.ts';

/**
 * Sends a code once the user has picked a phone or a mailbox. A recent code is not sent again, so that switching between
 * two options costs nothing.
 */
export async function prepareCode(
  ports: SendNeeds,
  { flow, resource, accepts, transaction, expiresAt, delivery }: PrepareContext,
  [token]: readonly Token[],
): Promise<Result<PreparedChallenge>> {
  if (!delivery) return {};
  if (!token || !isSent(token)) return refusal('ACCESS_DENIED');
  if (tokenState(token, ports.clock.now()) === 'locked') return refusal('TOKEN_LOCKED');
  if (!isUsable(token, accepts, ports.clock.now())) return refusal('ACCESS_DENIED');

  const underWay = await codeUnderWay(ports, token, flow);
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

function noticeOf({ token, expiresAt, resendAt }: SentCode): SentNotice {
  return { token: token.id, to: maskedAddress(token.factor), expiresAt, resendAt };
}
