import { ASSET_HEADERS } from '@countersign/protocol/frame-document';
import { Hono } from 'hono';
import { parseId } from '../../domain/ids.ts';
import type { Ports } from '../../ports/index.ts';
import { readLogoOf } from '../../usecases/resources/change-logo.ts';
import type { AppEnv } from '../context.ts';
import { refuse } from '../problem.ts';

/** Of a logo's address, which names its content: another image has another address. */
export function logoPath(resource: string, hash: string): string {
  return `/widget/v1/logo?resource=${resource}&hash=${hash}`;
}

/** The logo of a resource, for our own pages. Its type is what its bytes said when it was set, and nothing is guessed. */
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
