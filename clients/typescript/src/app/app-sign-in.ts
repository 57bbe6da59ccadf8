import { parseUrl } from '@countersign/protocol/parse-url';
import { base64url } from 'jose';
import { type CallOptions, unexpected } from '../api/collection.ts';
import { createTransport } from '../api/transport.ts';
import { CountersignError } from '../error.ts';
import type { FetchLike } from '../http/bounded-fetch.ts';
import { wholeNumber } from '../options.ts';
import { parseServiceUrl } from '../service-url.ts';

export interface AppSignInOptions {
  /** The service's URL. https, except on loopback. */
  url: string;
  /** Id of the resource. */
  resource: string;
  /** One of the resource's `appRedirectUris`; on loopback with the port that the app has opened. */
  redirectUri: string;
  /** From the app's backend, which compares it with that of the result. */
  nonce: string;
  /** Default: the runtime's own. */
  fetch?: FetchLike;
  /** How long the exchange may take. Default 10 s. */
  timeoutMs?: number;
}

/** One sign-in of a native app. Keep it in memory while the browser is open. */
export interface AppSignIn {
  /** To be opened in the system's browser, never in a web view of the app. */
  address: string;
  /**
   * Takes the address that the browser came back with, and gives the result for the app's backend. An address of another
   * sign-in or of another service is refused, and this one goes on. It works once.
   *
   * @throws CountersignError `ACCESS_DENIED` if the user declined, `RESPONSE_INVALID`, `APP_CODE_INVALID`, ...
   */
  finish(returned: string, options?: CallOptions): Promise<{ result: string; expiresAt: number }>;
}

/**
 * Starts a sign-in of a native app on the hosted page, with PKCE (RFC 7636, RFC 8252). It needs no API key, which no app
 * on a user's device can keep.
 *
 * @example
 * const signIn = await beginAppSignIn({ url, resource, redirectUri: 'com.example.shop:/signed-in', nonce });
 * openBrowser(signIn.address);
 * const { result } = await signIn.finish(await theAddressThatCameBack);
 */
export async function beginAppSignIn(options: AppSignInOptions): Promise<AppSignIn> {
  const { resource, redirectUri, nonce } = options;
  const url = parseServiceUrl('url', options.url);
  const timeoutMs = wholeNumber('timeoutMs', options.timeoutMs, { default: 10_000, min: 1, max: 600_000 });
  const ask = options.fetch ?? ((address, init) => fetch(address, init));
  const send = createTransport({ url, fetch: ask, now: Date.now, timeoutMs, retries: 0, maxRetryWaitMs: 0 });
  const [codeVerifier, state] = [randomText(), randomText()];
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: resource,
    redirect_uri: redirectUri,
    state,
    nonce,
    code_challenge: base64url.encode(
      new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(codeVerifier))),
    ),
    code_challenge_method: 'S256',
  });
  let isOver = false;
  return {
    address: `${url}/widget/v1/authorize?${query}`,
    async finish(returned, { signal } = {}) {
      if (isOver) throw new CountersignError('RESPONSE_INVALID', 'This sign-in is over.');
      const answer = readAnswer(returned, { redirectUri, state, issuer: url });
      isOver = true;
      if (answer.code === null) throw new CountersignError('ACCESS_DENIED', 'The user did not sign in.');
      const body = { code: answer.code, codeVerifier, resource, redirectUri };
      const exchanged = await send({ method: 'POST', path: '/results/exchange', body, kind: 'once', signal });
      const { result, expiresAt } = exchanged ?? {};
      if (typeof result !== 'string' || typeof expiresAt !== 'number') throw unexpected('a result');
      return { result, expiresAt };
    },
  };
}

/** The code in the address; null if the user declined. Another app can open the address too, so all of it is checked. */
function readAnswer(
  returned: string,
  { redirectUri, state, issuer }: { redirectUri: string; state: string; issuer: string },
): { code: string | null } {
  const url = returned.startsWith(`${redirectUri}?`) ? parseUrl(returned) : undefined;
  // Never with what was there: it may be a code.
  if (!url) throw new CountersignError('RESPONSE_INVALID', 'The address is not that of this app.');
  const one = (name: string) => {
    const values = url.searchParams.getAll(name);
    return values.length === 1 ? values[0] : undefined;
  };
  if (one('state') !== state) throw new CountersignError('RESPONSE_INVALID', 'The address is of another sign-in.');
  // RFC 9207: the code is sent to no other service than the one that made it.
  if (one('iss') !== issuer) throw new CountersignError('RESPONSE_INVALID', 'The address is of another service.');
  const code = one('code');
  if (code === undefined && one('error') !== 'access_denied') throw unexpected('a code');
  return { code: code ?? null };
}

/** 256 random bits as 43 characters. */
function randomText(): string {
  return base64url.encode(crypto.getRandomValues(new Uint8Array(32)));
}
