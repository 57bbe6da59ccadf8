/** What a browser has to say of the ceremony that an answer comes from. */
export interface CeremonyRules {
  /** Base64url, as it was given out. */
  challenge: string;
  /** The service's own origin: frame, window and self-service are all of it. */
  origin: string;
  /** The page around the frame; the service's own origin where there is none. */
  topOrigin: string;
}

export type CeremonyType = 'webauthn.get' | 'webauthn.create';

export type ClientDataFault = 'malformed' | 'type' | 'challenge' | 'origin' | 'cross-origin' | 'top-origin';

const BASE64URL = /^[A-Za-z0-9_-]+$/;

/**
 * What is wrong with the client data of an answer (WebAuthn level 3, sections 7.1 steps 7-11 and 7.2 steps 10-14), for both
 * ceremonies alike (SR-61): the library looks at `crossOrigin` and `topOrigin` of assertions alone.
 *
 * `topOrigin` is left out by some browsers (Safari, Firefox). Then `crossOrigin` stands alone: which page may be around the
 * frame, its `frame-ancestors` has settled before. Where it is present it is the flow's page, exactly. Without
 * `crossOrigin` the ceremony took place in a page of the service's own, which no other page can be around.
 */
export function clientDataFault(
  clientDataJSON: string,
  type: CeremonyType,
  rules: CeremonyRules,
): ClientDataFault | undefined {
  const data = parseClientData(clientDataJSON);
  if (!data) return 'malformed';
  const { crossOrigin = false, topOrigin } = data;
  if (data.type !== type) return 'type';
  if (data.challenge !== rules.challenge || rules.challenge === '') return 'challenge';
  if (data.origin !== rules.origin) return 'origin';
  if (typeof crossOrigin !== 'boolean') return 'malformed';
  if (crossOrigin && rules.topOrigin === rules.origin) return 'cross-origin';
  if (topOrigin === undefined) return undefined;
  return crossOrigin && topOrigin === rules.topOrigin ? undefined : 'top-origin';
}

function parseClientData(clientDataJSON: string): Record<string, unknown> | undefined {
  if (!BASE64URL.test(clientDataJSON)) return undefined;
  try {
    const parsed: unknown = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString('utf8'));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
}
