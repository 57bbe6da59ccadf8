import type { PasskeyAttestation, PasskeyVerification } from '@countersign/protocol/passkey';
import type { WebauthnFactor } from '../../token.ts';
import { type CeremonyRules, clientDataFault, originsOf } from './client-data.ts';
import { isSafePasskey } from './passkey-point.ts';

/** COSE algorithms: ES256, EdDSA, RS256. Every authenticator supports one of them. */
export const PASSKEY_ALGORITHMS: readonly number[] = [-7, -8, -257];

export interface AttestationRules extends CeremonyRules {
  rpId: string;
  /** With conditional mediation the device asks for nothing, so it reports no presence (UP). Default: it has to. */
  isConditional?: true | undefined;
  /** `required`: the device has verified its user (UV). Default: each sign-in asks for that where it counts. */
  userVerification?: PasskeyVerification | undefined;
}

/**
 * The passkey that a device has created, if the response is valid (WebAuthn level 3, section 7.1); else undefined. User
 * presence (UP) is required, unless it was created without asking. The manufacturer is not verified (attestation
 * `none`), whatever a device says about it.
 */
export async function verifyAttestation(
  attestation: PasskeyAttestation,
  rules: AttestationRules,
): Promise<WebauthnFactor | undefined> {
  const { id, response, clientExtensionResults } = attestation;
  if (clientDataFault(response.clientDataJSON, 'webauthn.create', rules)) return undefined;

  const { verifyRegistrationResponse } = await import('@simplewebauthn/server');
  const verify = async () =>
    verifyRegistrationResponse({
      response: {
        id,
        rawId: id,
        type: 'public-key',
        response: {
          clientDataJSON: response.clientDataJSON,
          attestationObject: await withoutStatement(response.attestationObject),
        },
        clientExtensionResults: {},
      },
      expectedChallenge: rules.challenge,
      expectedOrigin: originsOf(rules),
      expectedRPID: rules.rpId,
      requireUserPresence: !rules.isConditional,
      requireUserVerification: rules.userVerification === 'required',
      supportedAlgorithmIDs: [...PASSKEY_ALGORITHMS],
    });
  const checked = await verify().catch(() => undefined);
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

/**
 * The attestation as if it were of the format `none`, as a browser makes it that heeds our request (WebAuthn level 3,
 * section 5.1.3). Some send a statement all the same, and its certificates lead to roots of vendors, which nothing here
 * trusts. What the device itself says, the authenticator data, stays as it is.
 *
 * @throws if it is no attestation
 */
async function withoutStatement(attestationObject: string): Promise<string> {
  const { isoBase64URL, isoCBOR } = await import('@simplewebauthn/server/helpers');
  const bytes = isoBase64URL.toBuffer(attestationObject);
  const attestation = isoCBOR.decodeFirst<Map<string, string | Uint8Array | Map<string, string>>>(bytes);
  attestation.set('fmt', 'none').set('attStmt', new Map());
  return isoBase64URL.fromBuffer(isoCBOR.encode(attestation));
}
