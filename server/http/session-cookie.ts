import type { Context, MiddlewareHandler } from 'hono';
import type { AppEnv, SessionCookieOptions } from './context.ts';

/**
 * Accepts the session cookie here. Browsers accept a `__Host-` cookie only over TLS and for this host alone, so another
 * host cannot set it (SR-29). On loopback without TLS they would refuse it, so it has a plain name there.
 */
export function sessionCookie(issuer: string): MiddlewareHandler<AppEnv> {
  const { origin, protocol } = new URL(issuer);
  const secure = protocol === 'https:';
  const options: SessionCookieOptions = { name: secure ? '__Host-countersign' : 'countersign', secure, origin };
  return (c, next) => {
    c.set('sessionCookie', options);
    return next();
  };
}

/** The cookie as sent; `ambiguous` if there are two of the name, of which one was planted. */
export function readSessionCookie(c: Context<AppEnv>): string | 'ambiguous' | undefined {
  const options = c.get('sessionCookie');
  const header = c.req.header('cookie');
  if (!options || header === undefined) return undefined;
  const values = header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${options.name}=`))
    .map((pair) => pair.slice(options.name.length + 1));
  return values.length > 1 ? 'ambiguous' : values[0];
}

/** A session cookie of the browser; the server decides when the session ends. */
export function setSessionCookie(c: Context<AppEnv>, value: string): void {
  writeCookie(c, value, '');
}

export function clearSessionCookie(c: Context<AppEnv>): void {
  writeCookie(c, '', '; Max-Age=0');
}

function writeCookie(c: Context<AppEnv>, value: string, rest: string): void {
  const options = c.get('sessionCookie');
  if (!options) return;
  const attributes = `Path=/; HttpOnly; SameSite=Strict${options.secure ? '; Secure' : ''}${rest}`;
  c.header('set-cookie', `${options.name}=${value}; ${attributes}`);
}
