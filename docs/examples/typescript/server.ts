/** A page for signed-in users: Hono on Node, and Countersign's library for TypeScript. */
import { createVerifier, isCountersignError, newNonce } from '@countersign/client';
import { serve } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { html } from 'hono/html';

const { COUNTERSIGN_URL: service = '', COUNTERSIGN_RESOURCE: resource = '', PORT = '3000' } = process.env;
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

function page(c: Context, refused = '') {
  const session = sessionOf(c);
  session.nonce ??= newNonce();
  c.header('Cache-Control', 'no-store');
  return c.html(
    html`<!doctype html><html lang="en"><title>Members</title>${
      session.login === undefined
        ? html`<h1>Please sign in</h1><p role="alert">${refused}</p><form method="post" action="/sign-in">
<div data-countersign data-resource="${resource}" data-nonce="${session.nonce}"></div></form>
<script src="${service}/widget/v1/countersign.js"></script>`
        : html`<h1>Hello, ${session.login}</h1><form method="post" action="/sign-out"><button>Sign out</button></form>`
    }</html>`,
  );
}

const app = new Hono();
app.get('/', (c) => page(c));
app.post('/sign-in', async (c) => {
  const { nonce = '' } = sessionOf(c);
  delete sessionOf(c).nonce; // first of all, so that it serves once
  try {
    const claims = await verifier.verifyResult((await c.req.parseBody()).countersign_result, { nonce, origin });
    sessionOf(c, { login: claims.preferred_username }); // a new id, as with any login
    return c.redirect('/', 303);
  } catch (error) {
    if (!isCountersignError(error)) throw error;
    c.status(403);
    return page(c, error.code);
  }
});
app.post('/sign-out', (c) => {
  sessionOf(c, {});
  return c.redirect('/', 303);
});
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(PORT) });
