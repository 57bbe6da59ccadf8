import type { Context } from 'hono';
import { Hono } from 'hono';
import { JWKS_MAX_AGE_MS } from '../../kernel/jwks-max-age.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import type { AppEnv } from '../context.ts';

/**
 * The public keys that verify results offline (RFC 7517).
 *
 * @param noteBackend a backend reads them
 */
export function jwks(ports: Pick<Ports, 'signer'>, noteBackend: () => void) {
  const app = new Hono<AppEnv>();
  app.get('/.well-known/jwks.json', (c) => {
    if (!isBrowser(c)) noteBackend();
    c.header('cache-control', `public, max-age=${JWKS_MAX_AGE_MS / 1000}`);
    c.header('access-control-allow-origin', '*');
    c.header('cross-origin-resource-policy', 'cross-origin');
    return c.body(JSON.stringify({ keys: ports.signer.publicKeys() }), 200, {
      'content-type': 'application/jwk-set+json',
    });
  });
  return app;
}

/** As the console's trial is. Browsers send the first header on secure origins only. */
function isBrowser(c: Context): boolean {
  return c.req.header('sec-fetch-site') !== undefined || /^Mozilla\//.test(c.req.header('user-agent') ?? '');
}
