import { Hono } from 'hono';
import { parseLoginRequest } from '../../flows/flow.ts';
import type { AppEnv } from '../../http/context.ts';
import type { BuiltFiles } from '../../kernel/ports/built-files.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { EMPTY_INFO } from '../../resources/public-info.ts';
import { readSignInPage } from '../page-info.ts';
import { showDocument } from './show-document.ts';

/** The address of the hosted page for a login request. The secret is in the fragment, which browsers do not send. */
export function signInUrl(issuer: string, loginRequest: string): string {
  const handle = parseLoginRequest(loginRequest);
  if (!handle) throw new TypeError('not a login request');
  return `${issuer}/widget/v1/sign-in?request=${handle.id}#${handle.secret}`;
}

/**
 * The sign-in as a hosted page, for browsers and sites where frames do not work. It cannot be framed, and posts only to
 * the address that the site has registered and its backend has named, which no visitor can change.
 */
export function signInPage(ports: Pick<Ports, 'store' | 'clock' | 'texts'>, widget: BuiltFiles) {
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
  return app;
}
