import type { FactorVerdict } from '../../factor-check.ts';
import type { WebauthnToken } from '../../token.ts';
import type { PasskeyAnswer } from './passkey-challenge.ts';
import { userHandleOf } from './passkey-request.ts';
import { verifyAssertion } from './verify-assertion.ts';

/** What a passkey says to a challenge. An accepted one moves its counter on, and its challenge is answered for good. */
export async function verifyPasskey(
  token: WebauthnToken,
  { assertion, asked, topOrigin }: PasskeyAnswer,
): Promise<FactorVerdict> {
  const { factor, owner } = token;
  if (owner === undefined) return { verdict: 'wrong' };
  // The token's own memory of it: the sign-in that gave the challenge out may have been cut off before it could note it.
  if (factor.lastChallenge === asked.challenge) return { verdict: 'replayed' };
  const { challenge, rpId, origin, userVerification, allow } = asked;
  const judged = await verifyAssertion(factor, assertion, {
    challenge,
    rpId,
    origin,
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
