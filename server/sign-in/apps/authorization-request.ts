import { NONCE } from '@countersign/protocol/frame-protocol';
import { parseId, type ResourceId } from '../../kernel/ids.ts';

/** The request of a native app for a sign-in, as it opens the hosted page with it (RFC 6749, 4.1.1; RFC 7636, 4.3). */
export interface AuthorizationRequest {
  resource: ResourceId;
  redirectUri: string;
  /** Of the app, which gets it back. Not interpreted. */
  state: string;
  /** Of the app's backend, which compares it with that of the result. */
  nonce: string;
  /** SHA-256 of the verifier, which only the app has; base64url. */
  codeChallenge: string;
}

const MAX_QUERY_LENGTH = 2_500;
/** The parameters and their formats. All are required, and there are no others. */
const PARAMETERS = {
  response_type: { format: /^code$/, needs: 'code' },
  client_id: { format: { test: (text: string) => parseId('res', text) !== undefined }, needs: 'the id of a resource' },
  redirect_uri: { format: /^[\x21-\x7e]+$/, needs: 'an address without spaces' },
  // Characters that need no escape in an address.
  state: { format: /^[\w.~-]{8,200}$/, needs: '8 to 200 characters of A-Z a-z 0-9 - . _ ~' },
  nonce: { format: NONCE, needs: '16 to 256 characters of A-Z a-z 0-9 - . _ ~' },
  code_challenge: { format: /^[A-Za-z0-9_-]{43}$/, needs: 'the SHA-256 of the verifier in base64url' },
  // `plain` would give the verifier to everyone who sees the address (RFC 9700, 2.1.1).
  code_challenge_method: { format: /^S256$/, needs: 'S256' },
} as const;
type Values = Record<keyof typeof PARAMETERS, string>;

/**
 * Reads the query of the address that an app opens.
 *
 * @returns a sentence for the app's developer if it is no such request
 */
export function readAuthorizationRequest(query: string): AuthorizationRequest | { problem: string } {
  if (query.length > MAX_QUERY_LENGTH) return { problem: `The query is longer than ${MAX_QUERY_LENGTH} characters.` };
  const given = new URLSearchParams(query);
  for (const name of given.keys()) {
    if (!Object.hasOwn(PARAMETERS, name)) return { problem: `There is no parameter ${name}.` };
  }
  for (const [name, { format, needs }] of Object.entries(PARAMETERS)) {
    const [value, another] = given.getAll(name);
    if (value === undefined) return { problem: `${name} is missing: ${needs}.` };
    if (another !== undefined || !format.test(value)) return { problem: `${name} is not ${needs}.` };
  }
  const values = Object.fromEntries(given) as Values;
  return {
    resource: values.client_id as ResourceId,
    redirectUri: values.redirect_uri,
    state: values.state,
    nonce: values.nonce,
    codeChallenge: values.code_challenge,
  };
}
