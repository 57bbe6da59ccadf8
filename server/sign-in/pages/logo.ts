import { ASSET_HEADERS } from '@countersign/protocol/frame-document';
import { Hono } from 'hono';
import type { AppEnv } from '../../http/context.ts';
import { refuse } from '../../http/problem.ts';
import { parseId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { readLogoOf } from '../../resources/change-logo.ts';

/**
 * The logo of a resource, for the hosted pages. Its type was detected from its bytes when it was set, and is not
 * sniffed.
 */
export function logo(ports: Pick<Ports, 'store' | 'clock'>) {
  const app = new Hono<AppEnv>();
  app.get('/logo', async (c) => {
    const id = parseId('res', c.req.query('resource'));
    const found = id && (await readLogoOf(ports, id, c.req.query('hash') ?? ''));
    if (!found) return refuse(c, 'NOT_FOUND');
    const headers = { ...ASSET_HEADERS, 'content-type': found.type };
    return c.body(new Uint8Array(Buffer.from(found.image, 'base64')), 200, headers);
  });
  return app;
}
