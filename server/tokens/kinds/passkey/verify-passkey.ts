import type { Ports } from '../../../kernel/ports/ports.ts';
import type { FactorCheck } from '../../factor-check.ts';
import type { WebauthnToken } from '../../token.ts';
import type { PasskeyAnswer } from './passkey-challenge.ts';
import { userHandleOf } from './passkey-request.ts';
import { verifyAssertion } from './verify-assertion.ts';

/**
 * Verifies a passkey's response to a challenge. An accepted one advances its counter, and its challenge stays answered.
 */
export async function verifyPasskey(
  _ports: Pick<Ports, 'secrets'>,
  token: WebauthnToken,
  { assertion, asked, topOrigin, relatedOrigins }: PasskeyAnswer,
): Promise<FactorCheck> {
  const { factor, owner } = token;
  if (owner === undefined) return { verdict: 'wrong' };
  // Recorded on the token itself: the sign-in with the challenge may have been interrupted before it could record it.
  if (factor.lastChallenge === asked.challenge) return { verdict: 'replayed' };
  const { challenge, rpId, origin, userVerification, allow } = asked;
  const judged = await verifyAssertion(factor, assertion, {
    challenge,
    rpId,
    origin,
    relatedOrigins,
    topOrigin,
    userVerification,
    userHandle: userHandleOf(owner),
    needsUserHandle: allow.length === 0,
  });
  if (judged.verdict === 'copied') return { verdict: 'wrong', reason: 'PASSKEY_COPIED' };
  if (judged.verdict === 'wrong') return { verdict: 'wrong' };
  const { signCount, userVerified } = judged;
  return {
    verdict: 'accepted',
    next: { ...token, factor: { ...factor, signCount, lastChallenge: challenge } },
    passkey: { userVerified, synced: factor.synced },
  };
}
