import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Context } from 'hono';
import type { AppEnv } from '../http/context.ts';
import { canonicalAddress, inRange } from '../kernel/addresses.ts';
import { answerFailure, type Format } from './endpoints/envelope.ts';

const BASIC = /^Basic ([A-Za-z0-9+/]{1,1000}={0,2})$/i;

/** User name and password as they were sent (RFC 7617); undefined if absent or malformed. */
export function readCredentials(c: Context<AppEnv>): { login: string; password: string } | undefined {
  const encoded = BASIC.exec(c.req.header('authorization') ?? '')?.[1];
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 1 ? undefined : { login: text.slice(0, colon), password: text.slice(colon + 1) };
}

/**
 * An intercepted password is valid for its hour, so it is refused where it can be intercepted: without TLS, unless the
 * whole service is only for this machine. It is also refused from a page in a browser, which is not a backend.
 */
export function refusePlaintext(
  c: Context<AppEnv>,
  format: Format,
  options: { issuer: string; trustedProxies: readonly string[] },
): Response | undefined {
  const refuse = (message: string) => {
    c.set('refusal', 'FORBIDDEN');
    return answerFailure(c, format, { failure: 'ACCESS_RESTRICTION', message, status: 403 });
  };
  if (!isSecure(c, options)) return refuse('This API is spoken over https alone.');
  const site = c.req.header('sec-fetch-site');
  if (c.req.header('origin') !== undefined || (site !== undefined && site !== 'none')) {
    return refuse('This API is for backends, not for pages.');
  }
  return undefined;
}

/**
 * An `http` URL is a loopback one (the configuration allows no other). Behind an `https` one TLS ends here or at a trusted
 * proxy: a request from another address came without TLS, and so did one that the proxy marks so.
 */
function isSecure(
  c: Context<AppEnv>,
  { issuer, trustedProxies }: { issuer: string; trustedProxies: readonly string[] },
): boolean {
  if (!issuer.startsWith('https:')) return true;
  const socket: (Socket & Partial<Pick<TLSSocket, 'encrypted'>>) | undefined = c.env?.incoming?.socket;
  const peer = canonicalAddress(socket?.remoteAddress ?? '');
  if (peer === undefined || !trustedProxies.some((range) => inRange(peer, range))) return socket?.encrypted === true;
  const said = [c.req.header('x-forwarded-proto'), forwardedProtocols(c.req.header('forwarded'))];
  return !said.some((protocols) => protocols?.split(',').some((one) => one.trim().toLowerCase() === 'http'));
}

/** The values of `proto=` in a Forwarded header (RFC 7239 5.4). */
function forwardedProtocols(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  return [...header.slice(0, 4096).matchAll(/proto="?([a-z]{1,10})/gi)].map(([, protocol]) => protocol).join(',');
}
