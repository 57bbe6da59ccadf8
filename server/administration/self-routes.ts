import type { Context } from 'hono';
import type { AppEnv } from '../http/context.ts';
import { RequestRefusal } from '../http/problem.ts';
import { proofOf } from './administrator-fields.ts';
import type { OpenedSession } from './login/open-session.ts';
import type { OwnContext, Proof } from './reauthenticate.ts';

/** The session that the request came by. Only `authorize` sets it. */
export function sessionOf(c: Context<AppEnv>): OpenedSession | undefined {
  return c.get('session') as OpenedSession | undefined;
}

/** The administrator of the session, on a route of scope `session`. */
export function selfOf(c: Context<AppEnv>): OwnContext {
  const { actor, ...client } = c.get('act');
  const opened = sessionOf(c);
  if (!opened || actor.kind !== 'administrator') throw new RequestRefusal('SESSION_NEEDED');
  const { id, epoch } = opened.session;
  return { actor, ...client, session: { id, epoch } };
}

/** A malformed code is refused before it is counted (SR-47). */
export function requireProof(body: Parameters<typeof proofOf>[0]): Proof {
  const proof = proofOf(body);
  if (!proof) throw new RequestRefusal('OTP_MALFORMED');
  return proof;
}
