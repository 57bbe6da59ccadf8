import { FRAME_HEADERS } from '@countersign/protocol/frame-document';
import { passkeyWindowDocument } from '@countersign/protocol/passkey-window';
import { Hono } from 'hono';
import type { AppEnv } from '../../http/context.ts';
import { refuse } from '../../http/problem.ts';
import type { BuiltFiles } from '../../kernel/ports/built-files.ts';
import { frameCsp } from './frame-csp.ts';
import { MOUNT, newCspNonce } from './show-document.ts';

/**
 * The window in which a passkey responds if the frame may not request one. It is the same for every user; its challenge
 * comes from the frame that opened it, which has the same origin.
 */
export function passkeyWindow(widget: BuiltFiles) {
  const app = new Hono<AppEnv>();
  const script = [...widget.files.keys()].find((path) => /^assets\/passkey-window-[\w-]+\.js$/.test(path));
  app.get('/passkey', (c) => {
    if (script === undefined) return refuse(c, 'NOT_FOUND');
    const nonce = newCspNonce();
    for (const [name, value] of Object.entries(FRAME_HEADERS)) c.header(name, value);
    c.header('content-security-policy', frameCsp({ nonce, frameAncestors: [] }));
    // Otherwise it is cut off from the frame that opened it.
    c.header('cross-origin-opener-policy', 'unsafe-none');
    const [path, style] = [`${MOUNT}/${script}`, `${MOUNT}/${widget.style}`];
    return c.body(passkeyWindowDocument({ nonce, script: path, style }), 200);
  });
  return app;
}
