import type { AdministratorId, UserId } from '../../../kernel/ids.ts';
import type { Ports } from '../../../kernel/ports/ports.ts';
import type { FactorCheck } from '../../factor-check.ts';
import type { WebauthnFactor, WebauthnToken } from '../../token.ts';
import type { PasskeyAnswer, PresentedPasskey } from './passkey-challenge.ts';
import { userHandleOf } from './passkey-request.ts';
import { verifyAssertion } from './verify-assertion.ts';

type PasskeyCheck =
  | { verdict: 'accepted'; factor: WebauthnFactor; passkey: PresentedPasskey }
  | { verdict: 'replayed' }
  | { verdict: 'wrong'; reason?: 'PASSKEY_COPIED' };

/**
 * Verifies a passkey's response to a challenge, of a user or an administrator. An accepted one advances its counter, and
 * its challenge stays answered.
 */
export async function verifyPasskeyOf(
  owner: UserId | AdministratorId,
  factor: WebauthnFactor,
  { assertion, asked, topOrigin, relatedOrigins }: Omit<PasskeyAnswer, 'kind'>,
): Promise<PasskeyCheck> {
  // Recorded on the passkey itself: the sign-in with the challenge may have been interrupted before it could record it.
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
    factor: { ...factor, signCount, lastChallenge: challenge },
    passkey: { userVerified, synced: factor.synced },
  };
}

/** The same for a token. */
export async function verifyPasskey(
  _ports: Pick<Ports, 'secrets'>,
  token: WebauthnToken,
  answer: PasskeyAnswer,
): Promise<FactorCheck> {
  if (token.owner === undefined) return { verdict: 'wrong' };
  const judged = await verifyPasskeyOf(token.owner, token.factor, answer);
  if (judged.verdict !== 'accepted') return judged;
  const { factor, passkey } = judged;
  return { verdict: 'accepted', next: { ...token, factor }, passkey };
}
