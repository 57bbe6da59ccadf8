import { appRefusalDocument, FRAME_HEADERS } from '@countersign/protocol/frame-document';
import { Hono } from 'hono';
import type { AppEnv } from '../../http/context.ts';
import type { BuiltFiles } from '../../kernel/ports/built-files.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { EMPTY_INFO, publicInfo } from '../../resources/public-info.ts';
import { returnAddress } from '../apps/app-code.ts';
import { readAppPage } from '../apps/read-app-page.ts';
import { parseLoginRequest } from '../stored-flow.ts';
import { refusalCsp } from './frame-csp.ts';
import { readSignInPage } from './page-info.ts';
import { newCspNonce, showDocument } from './show-document.ts';

/** The address of the hosted page for a login request. The secret is in the fragment, which browsers do not send. */
export function signInUrl(issuer: string, loginRequest: string): string {
  const handle = parseLoginRequest(loginRequest);
  if (!handle) throw new TypeError('not a login request');
  return `${issuer}/widget/v1/sign-in?request=${handle.id}#${handle.secret}`;
}

/**
 * The sign-in as a hosted page, for browsers and sites where frames do not work, and for native apps. It cannot be
 * framed. For a site it posts only to the address that the site has registered and its backend has named, which no
 * visitor can change; for an app it posts nothing, and goes only to an address that is registered.
 */
export function signInPage(ports: Pick<Ports, 'store' | 'clock' | 'texts'> & { issuer: string }, widget: BuiltFiles) {
  const app = new Hono<AppEnv>();
  app.get('/sign-in', async (c) => {
    const page = await readSignInPage(ports, c.req.query('request') ?? '');
    // Used, expired or made up: the same page reports it, in the user's language, without a redirect address.
    const { resource = '', request = '', redirectUri = '', isGiven = false } = page ?? {};
    const standalone = { request, resource, redirectUri, isGiven };
    return showDocument(
      c,
      widget,
      { resource, frameAncestors: [], formAction: page?.redirectUri, standalone },
      page ?? EMPTY_INFO,
    );
  });
  app.get('/authorize', async (c) => {
    const asked = await readAppPage(ports, new URL(c.req.url).search);
    if ('problem' in asked) {
      const nonce = newCspNonce();
      for (const [name, value] of Object.entries(FRAME_HEADERS)) c.header(name, value);
      c.header('content-security-policy', refusalCsp(nonce));
      return c.body(appRefusalDocument({ nonce, problem: asked.problem }), 400);
    }
    const { request, resource } = asked;
    c.set('account', resource.account);
    const { redirectUri } = request;
    const standalone = { resource: resource.id, redirectUri, isGiven: false };
    // The way back is the answer of a user who does not want to sign in (RFC 6749, 4.1.2.1).
    const back = returnAddress(request, { error: 'access_denied' }, ports.issuer);
    const shown = { ...publicInfo(resource, ports.texts), back };
    return showDocument(c, widget, { resource: resource.id, frameAncestors: [], standalone }, shown);
  });
  return app;
}
