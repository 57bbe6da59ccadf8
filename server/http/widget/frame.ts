import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import {
  FRAME_HEADERS,
  frameCsp,
  frameDocument,
  refusalCsp,
  refusalDocument,
} from '../../../shared/wire/frame-document.ts';
import type { BuiltFiles } from '../../ports/built-files.ts';
import type { Ports } from '../../ports/index.ts';
import { frameAccess } from '../../usecases/frame-access.ts';
import type { AppEnv } from '../context.ts';

const MOUNT = '/widget/v1';

/** The page inside the iframe: for an allowed origin the sign-in, for every other a word on what to configure (SR-13). */
export function frame(ports: Pick<Ports, 'store' | 'clock'>, widget: BuiltFiles) {
  const app = new Hono<AppEnv>();
  app.get('/frame', async (c) => {
    const resource = c.req.query('resource') ?? '';
    const origin = c.req.query('origin') ?? '';
    const { ancestor, title, passwordReset } = await frameAccess(ports, resource, origin);
    const nonce = randomBytes(18).toString('base64');
    for (const [name, value] of Object.entries(FRAME_HEADERS)) c.header(name, value);
    if (ancestor === undefined) {
      c.header('content-security-policy', refusalCsp(nonce));
      return c.body(refusalDocument({ nonce, origin, resource }), 403);
    }
    c.header('content-security-policy', frameCsp({ nonce, frameAncestors: [ancestor] }));
    const [script, style] = [`${MOUNT}/${widget.script}`, `${MOUNT}/${widget.style}`];
    return c.body(frameDocument({ nonce, script, style, lang: 'en', title: title ?? '', passwordReset }), 200);
  });
  return app;
}
