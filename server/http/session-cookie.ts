import type { Context, MiddlewareHandler } from 'hono';
import type { AppEnv } from './context.ts';
import type { SessionDoor } from './session-door.ts';

/**
 * `__Host-`: browsers take it over TLS alone, for this very host, and no neighbour can plant one (SR-29). On loopback
 * without TLS, and only there, they would refuse it, so it has a plain name.
 */
export function sessionDoor(issuer: string): MiddlewareHandler<AppEnv> {
  const { origin, protocol } = new URL(issuer);
  const secure = protocol === 'https:';
  const door: SessionDoor = { cookie: secure ? '__Host-countersign' : 'countersign', secure, origin };
  return async (c, next) => {
    c.set('sessionDoor', door);
    await next();
  };
}

/** The cookie as it was sent; `ambiguous` when there are two of the name, of which one was planted. */
export function sentSession(c: Context<AppEnv>): string | 'ambiguous' | undefined {
  const door = c.get('sessionDoor');
  const header = c.req.header('cookie');
  if (!door || header === undefined) return undefined;
  const values = header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${door.cookie}=`))
    .map((pair) => pair.slice(door.cookie.length + 1));
  return values.length > 1 ? 'ambiguous' : values[0];
}

/** Lives as long as the browser keeps it; when the session ends, the server says. */
export function setSessionCookie(c: Context<AppEnv>, value: string): void {
  writeCookie(c, value, '');
}

export function clearSessionCookie(c: Context<AppEnv>): void {
  writeCookie(c, '', '; Max-Age=0');
}

function writeCookie(c: Context<AppEnv>, value: string, rest: string): void {
  const door = c.get('sessionDoor');
  if (!door) return;
  const attributes = `Path=/; HttpOnly; SameSite=Strict${door.secure ? '; Secure' : ''}${rest}`;
  c.header('set-cookie', `${door.cookie}=${value}; ${attributes}`);
}
