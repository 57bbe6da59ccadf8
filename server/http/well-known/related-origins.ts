import { Hono } from 'hono';
import type { AppEnv } from '../context.ts';

/**
 * The origins whose pages may use passkeys of this host's domain (WebAuthn level 3, section 5.11). Without them it does
 * not exist.
 */
export function relatedOriginsFile(origins: readonly string[] | undefined) {
  const app = new Hono<AppEnv>();
  if (origins === undefined) return app;
  app.get('/.well-known/webauthn', (c) => {
    c.header('cache-control', 'public, max-age=300');
    return c.json({ origins });
  });
  return app;
}
