import { FRAME_HEADERS, refusalCsp, refusalDocument } from '@countersign/protocol/frame-document';
import { type Context, Hono } from 'hono';
import type { AppEnv } from '../../http/context.ts';
import type { BuiltFiles } from '../../kernel/ports/built-files.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { frameAccess } from '../page-info.ts';
import { documentLook, firstScreen, readLook } from './first-screen.ts';
import { newCspNonce, showDocument } from './show-document.ts';

/**
 * The page inside the iframe, or in a window that a page has opened: for an allowed origin the sign-in, for every other
 * a hint on what to configure (SR-13). The window may retain its opener, to communicate with the page; it cannot be
 * framed.
 */
export function frame(ports: Pick<Ports, 'store' | 'clock'>, widget: BuiltFiles) {
  const app = new Hono<AppEnv>();
  const show = async (c: Context<AppEnv>, isPopup: boolean) => {
    const resource = c.req.query('resource') ?? '';
    const origin = c.req.query('origin') ?? '';
    const access = await frameAccess(ports, resource, origin);
    if (access) {
      const { account, ancestor, shown, hasPasskey } = access;
      c.set('account', account);
      const { firstScreens } = widget;
      const requested = readLook(c.req.query('look'));
      const look = requested && documentLook(requested);
      if (isPopup) {
        c.header('cross-origin-opener-policy', 'unsafe-none');
        const preload = firstScreens?.scripts.standalone;
        return showDocument(c, widget, { resource, frameAncestors: [], look, preload }, shown);
      }
      const screen =
        firstScreens &&
        (requested
          ? firstScreen(firstScreens, requested, c.req.header('accept-language'), { resource, shown, hasPasskey })
          : { preload: firstScreens.scripts.appearance });
      return showDocument(c, widget, { resource, frameAncestors: [ancestor], look, ...screen }, shown);
    }
    const nonce = newCspNonce();
    for (const [name, value] of Object.entries(FRAME_HEADERS)) c.header(name, value);
    c.header('content-security-policy', refusalCsp(nonce));
    return c.body(refusalDocument({ nonce, origin, resource }), 403);
  };
  app.get('/frame', (c) => show(c, false));
  app.get('/popup', (c) => show(c, true));
  return app;
}
