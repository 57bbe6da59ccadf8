import type { WritePorts } from '../../../kernel/ports/ports.ts';
import { type Result, refusal } from '../../../kernel/result.ts';
import { deleteDraft } from '../../delete-draft.ts';
import { tokenDocument } from '../../documents.ts';
import { ownPasskeyName } from '../../own-token-name.ts';
import { isWebauthn, type WebauthnFactor, type WebauthnToken } from '../../token.ts';
import type { Enroller, FirstProof, KindEnrolment, TokenDraft } from '../kind-enrolment.ts';
import { releaseCredential } from './claim-credential.ts';
import { finishPasskeyRegistration } from './finish-passkey-registration.ts';
import { type PasskeyNeeds, randomChallenge, relyingParty } from './new-challenge.ts';
import { providerName } from './provider-name.ts';
import { describePasskey, MAX_PASSKEYS } from './start-passkey-registration.ts';

export interface PasskeyDraft extends TokenDraft {
  kind: 'webauthn';
  /** The challenge for the new passkey, valid once. */
  challenge: string;
  /** The browser creates it without asking its user, who gets one such passkey. */
  isConditional?: true;
}

/** A user registers a passkey or a security key. */
export const passkeyEnrolment: KindEnrolment<PasskeyDraft> = {
  proof: 'response',
  isAvailable: (_kind, { owned }) => owned.filter(isWebauthn).length < MAX_PASSKEYS,
  start: (ports, kind, token) => ({ kind, token, challenge: randomChallenge(ports) }),
  async show(ports, draft, { account, user }) {
    const creation = await describePasskey(ports, { account, id: user }, draft);
    return creation && { kind: 'webauthn', creation };
  },
  create: createPasskey,
  isStillAllowed: ({ isConditional }, user) => !isConditional || !user.passkeyUpgraded,
  // A response voids the challenge.
  renew: (ports, draft) => ({ ...draft, challenge: randomChallenge(ports) }),
  // A new passkey's own claims are unsigned: a later sign-in has to show user verification.
  shownPasskey: (token) => (isWebauthn(token) ? { userVerified: false, synced: token.factor.synced } : undefined),
};

/**
 * Verifies the response to this sign-in's challenge and stores the passkey. A failed attempt may have stored one
 * already: the same passkey continues, and a different one from the same device replaces it.
 */
async function createPasskey(
  ports: WritePorts & PasskeyNeeds,
  own: Enroller,
  { token: id, challenge, isConditional }: PasskeyDraft,
  proof: FirstProof,
): Promise<Result<{ token: WebauthnToken }>> {
  if (!('response' in proof)) return refusal('STEP_NOT_EXPECTED');
  const { response } = proof;
  const { act, flow, user, names } = own;
  const [stored] = await ports.store.getMany([tokenDocument.key(id)], ports.clock.now());
  const before = stored?.value;
  if (before && isWebauthn(before) && before.factor.credentialId !== response.id) {
    const replaced = await deleteDraft(ports, act, id, user);
    if (replaced) await releaseCredential(ports, flow.account, before.factor.credentialId, id);
  }
  const pending = {
    ...relyingParty(ports),
    relatedOrigins: ports.relatedOrigins,
    challenge,
    isConditional,
    topOrigin: flow.origin,
    user: user.id,
    // The challenge expires with the sign-in.
    expiresAt: flow.expiresAt,
  };
  const { actor: _person, ...client } = act;
  const nameOf = async (factor: WebauthnFactor) =>
    ownPasskeyName(names, { ...factor, provider: await providerName(factor.aaguid) }, act.userAgent);
  const made = { id, nameOf, response, madeWith: flow.id };
  return finishPasskeyRegistration(ports, { account: flow.account, id: user.id }, client, pending, made);
}
