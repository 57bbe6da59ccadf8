import { Hono } from 'hono';
import type { Clock } from '../../kernel/ports/clock.ts';
import { DAY_MS } from '../../kernel/time.ts';
import type { AppEnv } from '../context.ts';

/** RFC 9116 recommends less than a year. */
const VALID_DAYS = 90;

/** Where to report a vulnerability of this installation (RFC 9116): its operator. Without a contact it does not exist. */
export function securityTxt(contact: string | undefined, { issuer, clock }: { issuer: string; clock: Clock }) {
  const app = new Hono<AppEnv>();
  if (contact === undefined) return app;
  app.get('/.well-known/security.txt', (c) => {
    // By whole days, so that the document is the same for a day.
    const expires = (Math.floor(clock.now() / DAY_MS) + VALID_DAYS) * DAY_MS;
    c.header('cache-control', 'public, max-age=86400');
    const fields = { Contact: contact, Expires: new Date(expires).toISOString(), Canonical: `${issuer}${c.req.path}` };
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\n`);
    return c.body(lines.join(''), 200, { 'content-type': 'text/plain; charset=utf-8' });
  });
  return app;
}
