import { Hono } from 'hono';
import type { Ports } from '../../kernel/ports/ports.ts';
import type { AppEnv } from '../context.ts';

/** Cache lifetime of the keys for verifiers. A key is published at least this long before it signs (SR-58). */
const JWKS_MAX_AGE_S = 300;

/** The public keys that verify results offline (RFC 7517). */
export function jwks(ports: Pick<Ports, 'signer'>) {
  const app = new Hono<AppEnv>();
  app.get('/.well-known/jwks.json', (c) => {
    c.header('cache-control', `public, max-age=${JWKS_MAX_AGE_S}`);
    c.header('access-control-allow-origin', '*');
    c.header('cross-origin-resource-policy', 'cross-origin');
    return c.body(JSON.stringify({ keys: ports.signer.publicKeys() }), 200, {
      'content-type': 'application/jwk-set+json',
    });
  });
  return app;
}
