import type { PasskeyAttestation } from '@countersign/protocol/passkey';
import type { PasskeyMaking } from '../flows/enrolling.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { Result } from '../kernel/result.ts';
import { tokenDocument } from '../tokens/documents.ts';
import { finishPasskeyRegistration } from '../tokens/kinds/passkey/finish-passkey-registration.ts';
import { type PasskeyNeeds, relyingParty } from '../tokens/kinds/passkey/new-challenge.ts';
import { isWebauthn, type WebauthnToken } from '../tokens/token.ts';
import type { OwnToken } from './assign-token.ts';
import { discardDraft } from './discard-draft.ts';

/**
 * Verifies the response to this sign-in's challenge and stores the passkey. A failed attempt may have stored one
 * already: the same passkey continues, and a different one from the same device replaces it.
 */
export async function makeOwnPasskey(
  ports: Pick<Ports, 'store' | 'clock' | 'random'> & PasskeyNeeds,
  own: OwnToken,
  { token: id, challenge }: PasskeyMaking,
  response: PasskeyAttestation,
): Promise<Result<{ token: WebauthnToken }>> {
  const { act, flow, user } = own;
  const [stored] = await ports.store.getMany([tokenDocument.key(id)], ports.clock.now());
  const before = stored?.value;
  if (before && isWebauthn(before) && before.factor.credentialId !== response.id) {
    await discardDraft(ports, act, id, user);
  }
  const pending = {
    ...relyingParty(ports),
    challenge,
    topOrigin: flow.origin,
    user: user.id,
    // The challenge expires with the sign-in.
    expiresAt: flow.expiresAt,
  };
  const { actor: _person, ...client } = act;
  const made = { id, name: user.login, response, madeWith: flow.id };
  return finishPasskeyRegistration(ports, { account: flow.account, id: user.id }, client, pending, made);
}
