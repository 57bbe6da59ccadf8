import type { PasskeyAttestation } from '@countersign/protocol/passkey';
import type { WebauthnFactor } from '../../token.ts';
import { type CeremonyRules, clientDataFault, originsOf } from './client-data.ts';
import { isSafePasskey } from './passkey-point.ts';

/** COSE algorithms: ES256, EdDSA, RS256. Every authenticator supports one of them. */
export const PASSKEY_ALGORITHMS: readonly number[] = [-7, -8, -257];

export interface AttestationRules extends CeremonyRules {
  rpId: string;
  /** With conditional mediation the device asks for nothing, so it reports no presence (UP). Default: it has to. */
  isConditional?: true | undefined;
}

/**
 * The passkey that a device has created, if the response is valid (WebAuthn level 3, section 7.1); else undefined. User
 * presence (UP) is required, unless it was created without asking; each sign-in requires it, and user verification (UV)
 * where it counts. The manufacturer is not verified (attestation `none`).
 */
export async function verifyAttestation(
  attestation: PasskeyAttestation,
  rules: AttestationRules,
): Promise<WebauthnFactor | undefined> {
  const { id, response, clientExtensionResults } = attestation;
  if (clientDataFault(response.clientDataJSON, 'webauthn.create', rules)) return undefined;

  const { verifyRegistrationResponse } = await import('@simplewebauthn/server');
  const { clientDataJSON, attestationObject } = response;
  const checked = await verifyRegistrationResponse({
    response: {
      id,
      rawId: id,
      type: 'public-key',
      response: { clientDataJSON, attestationObject },
      clientExtensionResults: {},
    },
    expectedChallenge: rules.challenge,
    expectedOrigin: originsOf(rules),
    expectedRPID: rules.rpId,
    requireUserPresence: !rules.isConditional,
    requireUserVerification: false,
    supportedAlgorithmIDs: [...PASSKEY_ALGORITHMS],
  }).catch(() => undefined);
  if (!checked?.verified) return undefined;

  const { credential, credentialDeviceType, aaguid } = checked.registrationInfo;
  // The id outside the signed data is claimed by the browser; the one inside is the device's.
  if (credential.id !== id) return undefined;
  if (!(await isSafePasskey(credential.publicKey))) return undefined;
  return {
    kind: 'webauthn',
    credentialId: id,
    publicKey: Buffer.from(credential.publicKey).toString('base64url'),
    signCount: credential.counter,
    transports: [...new Set(response.transports ?? [])],
    discoverable: clientExtensionResults?.credProps?.rk === true,
    synced: credentialDeviceType === 'multiDevice',
    aaguid,
  };
}
