import { Hono } from 'hono';
import {
  type Client,
  type CountersignError,
  isCountersignError,
  newNonce,
  type ResultClaims,
  type TransactionField,
  type Verifier,
} from '../../clients/typescript/src/index.ts';
import { accountPage } from '../pages/account-page.ts';
import { failurePage } from '../pages/failure-page.ts';
import { securityPage } from '../pages/security-page.ts';
import { signInPage } from '../pages/sign-in-page.ts';
import type { ShopContext, ShopEnv } from './context.ts';
import type { ShopOptions } from './options.ts';
import type { Orders } from './orders.ts';
import type { Sessions } from './sessions.ts';

export interface Countersign {
  verifier: Pick<Verifier, 'verifyResult'>;
  client: Pick<Client, 'consumeResult' | 'createLoginRequest' | 'createTransaction'>;
}

/** How long a nonce waits for its result: as long as a sign-in in the widget may take. */
export const PENDING_MS = 15 * 60_000;
/** The pages that a sign-in may return to. A fixed list prevents open redirects. */
const DESTINATIONS = ['/account', '/checkout', '/basket'];

export function signIn(
  options: ShopOptions,
  now: () => number,
  parts: { sessions: Sessions; orders: Orders; countersign: Countersign },
) {
  const app = new Hono<ShopEnv>();
  const { sessions, orders, countersign } = parts;

  app.get('/sign-in', (c) => {
    const next = destination(c.req.query('next'));
    const session = c.get('session');
    if (session.person) return c.redirect(next, 303);
    // A reload keeps the nonce, so that a phone that discarded the page resumes at the same step.
    if (!session.signIn || now() - session.signIn.startedAt > PENDING_MS) {
      session.signIn = { nonce: newNonce(), startedAt: now() };
    }
    return c.html(signInPage(session, { ...options, nonce: session.signIn.nonce, next }));
  });

  app.post('/sign-in', async (c) => {
    const session = c.get('session');
    const next = destination(c.get('form').get('next'));
    const pending = session.signIn;
    // Removed before the first await: a nonce allows one try.
    delete session.signIn;
    if (!pending || now() - pending.startedAt > PENDING_MS) {
      return c.html(failurePage(session, { code: 'NO_SIGN_IN_UNDER_WAY', back: '/sign-in' }), 403);
    }
    try {
      const claims = await redeem(countersign, options, c, pending.nonce);
      const person = { id: claims.sub, login: claims.preferred_username, claims };
      c.get('keepSession')(sessions.signIn(session, person));
    } catch (error) {
      return refuse(c, error, '/sign-in');
    }
    return c.redirect(next, 303);
  });

  app.post('/sign-out', (c) => {
    sessions.end(c.get('session'));
    c.get('keepSession')(sessions.begin());
    return c.redirect('/?signed-out', 303);
  });

  app.get('/account', (c) => {
    const session = c.get('session');
    if (!session.person) return c.redirect('/sign-in', 303);
    return c.html(accountPage(session, { person: session.person, orders: orders.of(session.person.id) }));
  });

  app.get('/account/security', (c) => {
    const session = c.get('session');
    if (!session.person) return c.redirect('/sign-in', 303);
    session.ownNonce ??= newNonce();
    return c.html(securityPage(session, { ...options, nonce: session.ownNonce }));
  });

  return app;
}

/**
 * Verifies a result twice: offline, whether it is genuine and of this session; then with the service, which uses it up
 * and says whether the user still has access. Both are needed: the offline check cannot detect a replay, and the
 * service should only get genuine results.
 *
 * @param confirmed the order that the user had to confirm, if any: a result for anything else is refused
 */
export async function redeem(
  { verifier, client }: Countersign,
  { url, resource }: ShopOptions,
  c: ShopContext,
  nonce: string,
  confirmed?: readonly TransactionField[],
): Promise<ResultClaims> {
  const result = c.get('form').get('countersign_result') ?? '';
  const transaction = confirmed && { transaction: confirmed };
  await verifier.verifyResult(result, { nonce, origin: url, ...transaction });
  return client.consumeResult({ result, resource, nonce, origin: url, ...transaction });
}

/** Anything but a plain refusal is an outage, which signs no user in either. */
export function refuse(c: ShopContext, error: unknown, back: string) {
  const session = c.get('session');
  if (!isCountersignError(error)) throw error;
  const { code, requestId } = error;
  const failure = { code, back, ...(requestId !== undefined && { requestId }) };
  return c.html(failurePage(session, failure), isOutage(error) ? 503 : 403);
}

const OUTAGES = ['JWKS_UNAVAILABLE', 'NETWORK_FAILED', 'TIMEOUT', 'RESPONSE_INVALID', 'ABORTED'];

function isOutage({ code, status = 0 }: CountersignError): boolean {
  return OUTAGES.includes(code) || status >= 500;
}

function destination(asked: string | undefined): string {
  return DESTINATIONS.find((path) => path === asked) ?? '/account';
}
