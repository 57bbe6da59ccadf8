import type { PasskeyRequest } from '@countersign/protocol/passkey';
import type { PasskeyFailure, PasskeyOutcome } from '@countersign/protocol/passkey-window';

/**
 * Requests a passkey from the browser. It never throws: it returns the failure as far as browsers report it, which is
 * little on purpose (WebAuthn level 3, section 14.5).
 */
export async function requestPasskey(
  request: PasskeyRequest,
  more: Pick<CredentialRequestOptions, 'mediation' | 'signal'> = {},
): Promise<PasskeyOutcome> {
  if (!('PublicKeyCredential' in window)) return { failure: 'passkeyUnknown' };
  try {
    const credential = await navigator.credentials.get({ publicKey: optionsOf(request), ...more });
    return credential ? { assertion: assertionOf(credential as PublicKeyCredential) } : { failure: 'passkeyCancelled' };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

export function failureOf(error: unknown): PasskeyFailure {
  const { name } = Object(error) as { name?: unknown };
  // Browsers report cancellation, timeout and a missing passkey all as NotAllowedError.
  if (name === 'NotAllowedError' || name === 'AbortError') return 'passkeyCancelled';
  return name === 'SecurityError' ? 'passkeyRefused' : 'passkeyUnknown';
}

/** Converts the options by hand, since not all browsers have `parseRequestOptionsFromJSON`. */
function optionsOf(request: PasskeyRequest): PublicKeyCredentialRequestOptions {
  return {
    ...request,
    challenge: bytesOf(request.challenge),
    allowCredentials: request.allowCredentials.map(({ type, id, transports }) => ({
      type,
      id: bytesOf(id),
      transports: transports as AuthenticatorTransport[],
    })),
  };
}

function assertionOf({ id, response }: PublicKeyCredential) {
  const { clientDataJSON, authenticatorData, signature, userHandle } = response as AuthenticatorAssertionResponse;
  return {
    id,
    response: {
      clientDataJSON: textOf(clientDataJSON),
      authenticatorData: textOf(authenticatorData),
      signature: textOf(signature),
      ...(userHandle?.byteLength && { userHandle: textOf(userHandle) }),
    },
  };
}

/** Decodes base64url without padding. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (character) => character.charCodeAt(0));
}

export function textOf(buffer: ArrayBuffer): string {
  const characters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('');
  return btoa(characters).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}
