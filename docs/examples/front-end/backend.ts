/** The backend of these pages: it makes nonces, verifies results, and knows who is signed in. It serves what is built. */
import { createVerifier, isCountersignError, newNonce } from '@countersign/client';
import { serve } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { type Context, Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';

const {
  COUNTERSIGN_URL: service = '',
  COUNTERSIGN_RESOURCE: resource = '',
  PORT = '3000',
  PAGES = 'dist',
} = process.env;
const origin = process.env.ORIGIN ?? `http://127.0.0.1:${PORT}`;
const verifier = createVerifier({ issuer: service, resource });
type Session = { nonce?: string; login?: string };
const sessions = new Map<string, Session>(); // by the text of the cookie; yours are in a store, and end

/** The session of this visitor, or a new one in place of it, under an id of its own. */
function sessionOf(c: Context, fresh?: Session): Session {
  const known = sessions.get(getCookie(c, 'session') ?? '');
  if (known && !fresh) return known;
  const [id, session] = [crypto.randomUUID(), fresh ?? {}];
  sessions.delete(getCookie(c, 'session') ?? '');
  sessions.set(id, session);
  setCookie(c, 'session', id, { httpOnly: true, sameSite: 'Lax', secure: origin.startsWith('https:') });
  return session;
}

const app = new Hono();
app.post('/sign-in/nonce', (c) => {
  const session = sessionOf(c);
  session.nonce = newNonce();
  return c.text(session.nonce);
});
app.post('/sign-in', async (c) => {
  const { nonce = '' } = sessionOf(c);
  delete sessionOf(c).nonce; // first of all, so that it serves once
  const isForm = c.req.header('content-type')?.startsWith('application/x-www-form-urlencoded');
  const result = isForm ? (await c.req.parseBody()).countersign_result : await c.req.text();
  try {
    const claims = await verifier.verifyResult(result, { nonce, origin });
    const { login = '' } = sessionOf(c, { login: claims.preferred_username }); // a new id, as with any login
    return isForm ? c.redirect('/', 303) : c.text(login);
  } catch (error) {
    if (!isCountersignError(error)) throw error;
    return c.text(error.code, 403);
  }
});
app.get('/session', (c) => c.text(sessionOf(c).login ?? ''));
app.post('/sign-out', (c) => {
  sessionOf(c, {});
  return c.redirect('/', 303);
});
app.get('*', serveStatic({ root: PAGES }));
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(PORT) });
