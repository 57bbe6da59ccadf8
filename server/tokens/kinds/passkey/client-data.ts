/** The rules for the ceremony of a response, as reported by the browser. */
export interface CeremonyRules {
  /** Base64url, as issued. */
  challenge: string;
  /** The service's own origin: frame, window and self-service page share it. */
  origin: string;
  /** Its further origins. Default: none. */
  relatedOrigins?: readonly string[] | undefined;
  /** The page around the frame; the service's own origin if there is none. */
  topOrigin: string;
}

export type CeremonyType = 'webauthn.get' | 'webauthn.create';

export type ClientDataFault = 'malformed' | 'type' | 'challenge' | 'origin' | 'cross-origin' | 'top-origin';

const BASE64URL = /^[A-Za-z0-9_-]+$/;

/**
 * The fault in the client data of a response (WebAuthn level 3, sections 7.1 steps 7-11 and 7.2 steps 10-14), for both
 * ceremonies alike (SR-61): the library checks `crossOrigin` and `topOrigin` of assertions alone.
 *
 * Some browsers omit `topOrigin` (Safari, Firefox). Then only `crossOrigin` is checked: `frame-ancestors` has already
 * decided which page may frame it. If present it has to be exactly the flow's page. Without `crossOrigin` the ceremony
 * took place in a page of the service's own, which cannot be framed.
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
  if (!originsOf(rules).some((origin) => origin === data.origin)) return 'origin';
  if (typeof crossOrigin !== 'boolean') return 'malformed';
  if (crossOrigin && rules.topOrigin === rules.origin) return 'cross-origin';
  if (topOrigin === undefined) return undefined;
  return crossOrigin && topOrigin === rules.topOrigin ? undefined : 'top-origin';
}

/** The origins that a ceremony may be of, compared as text. */
export function originsOf({ origin, relatedOrigins = [] }: Pick<CeremonyRules, 'origin' | 'relatedOrigins'>): string[] {
  return [origin, ...relatedOrigins];
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
