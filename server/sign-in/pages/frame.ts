import { documentLook } from '@countersign/protocol/document-look';
import {
  ASSET_HEADERS,
  allowedScript,
  FRAME_HEADERS,
  LOADER_HEADERS,
  refusalDocument,
} from '@countersign/protocol/frame-document';
import { type Context, Hono } from 'hono';
import type { AppEnv } from '../../http/context.ts';
import type { ServiceOrigins } from '../../http/middleware/same-origin.ts';
import { MAIL_LANGUAGES } from '../../kernel/mail.ts';
import type { BuiltFiles } from '../../kernel/ports/built-files.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { readOwnTexts } from '../../messages/texts/read-own-texts.ts';
import { firstScreen, frameTexts, readLook, screenLanguage, withPageLinks } from './first-screen.ts';
import { refusalCsp } from './frame-csp.ts';
import { frameAccess, readTextOwner } from './page-info.ts';
import { newCspNonce, showDocument } from './show-document.ts';

/**
 * The page inside the iframe, or in a window that a page has opened: for an allowed origin the sign-in, for every other
 * a hint on what to configure (SR-13). The window may retain its opener, to communicate with the page; it cannot be
 * framed.
 */
export function frame(ports: Pick<Ports, 'store' | 'clock' | 'texts'> & ServiceOrigins, widget: BuiltFiles) {
  const { origin: service } = new URL(ports.issuer);
  const hosts = [service, ...(ports.relatedOrigins ?? [])].map((origin) => new URL(origin).host);
  const app = new Hono<AppEnv>();
  const show = async (c: Context<AppEnv>, isPopup: boolean) => {
    const resource = c.req.query('resource') ?? '';
    const origin = c.req.query('origin') ?? '';
    const access = await frameAccess(ports, resource, origin);
    if (access) {
      const { account, ancestor, hasPasskey } = access;
      c.set('account', account);
      const { firstScreens } = widget;
      const requested = readLook(c.req.query('look'));
      const shown = requested ? withPageLinks(access.shown, requested) : access.shown;
      const look = requested && documentLook(requested, shown.appearance);
      if (isPopup) {
        c.header('cross-origin-opener-policy', 'unsafe-none');
        const preload = firstScreens?.scripts.standalone;
        return showDocument(c, widget, { resource, frameAncestors: [], look, preload }, shown);
      }
      const lang =
        firstScreens && requested && screenLanguage(firstScreens, requested, c.req.header('accept-language'), shown);
      const own = lang && shown.own ? await readOwnTexts(ports, lang, shown.own) : undefined;
      const screen =
        firstScreens &&
        (lang
          ? firstScreen(firstScreens, requested, { lang, resource, shown, hasPasskey, own })
          : { preload: firstScreens.scripts.appearance });
      // A proxy may have changed this header, so the browser has the last word.
      const expectedAt = hosts.includes(c.req.header('host') ?? '') || !requested ? undefined : service;
      return showDocument(c, widget, { resource, frameAncestors: [ancestor], look, expectedAt, ...screen }, shown);
    }
    const nonce = newCspNonce();
    for (const [name, value] of Object.entries(FRAME_HEADERS)) c.header(name, value);
    c.header('content-security-policy', refusalCsp(nonce));
    return c.body(refusalDocument({ nonce, origin, resource }), 403);
  };
  app.get('/frame', (c) => show(c, false));
  app.get('/popup', (c) => show(c, true));
  // For a page whose frame did not load. Of its own origin, which the browser names, it learns what the frame would
  // show it (SR-13); of another one nothing.
  app.get('/allowed.mjs', async (c) => {
    const access = await frameAccess(ports, c.req.query('resource') ?? '', c.req.header('origin') ?? '');
    const headers = { ...LOADER_HEADERS, 'cache-control': 'no-store', vary: 'origin' };
    return c.body(allowedScript(access !== undefined), 200, headers);
  });
  // For a frame whose language is not that of its document. What every visitor of the sign-in sees, and the same for a
  // resource that does not exist and one without texts.
  app.get('/texts.json', async (c) => {
    const lang = MAIL_LANGUAGES.find((one) => one === c.req.query('lang')) ?? 'en';
    const owner = await readTextOwner(ports, c.req.query('resource') ?? '');
    const own = owner && (await readOwnTexts(ports, lang, owner));
    const headers = { ...ASSET_HEADERS, 'content-type': 'application/json', 'cache-control': 'no-store' };
    return c.body(frameTexts(lang, own), 200, headers);
  });
  return app;
}
