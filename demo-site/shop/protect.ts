import { timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getCookie, setCookie } from 'hono/cookie';
import { failurePage } from '../pages/failure-page.ts';
import type { ShopContext, ShopEnv } from './context.ts';
import type { Session, Sessions } from './sessions.ts';

/**
 * Only the shop's own files and the service's loader run, only the service can be framed, and the shop cannot be
 * framed.
 */
export function pageHeaders(service: string): MiddlewareHandler {
  const policy = [
    "default-src 'none'",
    `script-src 'self' ${service}`,
    "style-src 'self'",
    "img-src 'self'",
    `frame-src ${service}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  return async (c, next) => {
    await next();
    c.header('content-security-policy', policy);
    c.header('cross-origin-opener-policy', 'same-origin');
    c.header('referrer-policy', 'strict-origin-when-cross-origin');
    c.header('x-content-type-options', 'nosniff');
    if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store');
  };
}

/** Redirects a GET for another host name and refuses the rest: results and cookies are bound to the shop's origin. */
export function onlyHost(url: string): MiddlewareHandler {
  const { host } = new URL(url);
  return async (c, next) => {
    const asked = new URL(c.req.url);
    if (asked.host === host) return next();
    if (c.req.method === 'GET') return c.redirect(`${url}${asked.pathname}${asked.search}`);
    return c.text('This is not the name of the shop.', 421);
  };
}

/** Finds the visitor's session or creates one. */
export function withSession(sessions: Sessions, url: string): MiddlewareHandler<ShopEnv> {
  const secure = url.startsWith('https:');
  const name = secure ? '__Host-juniper' : 'juniper';
  return async (c, next) => {
    const keep = (session: Session) => {
      c.set('session', session);
      setCookie(c, name, session.id, { httpOnly: true, sameSite: 'Lax', path: '/', secure });
    };
    c.set('keepSession', keep);
    const known = sessions.find(getCookie(c, name));
    if (known) c.set('session', known);
    else keep(sessions.begin());
    await next();
  };
}

/**
 * A POST must come from a page of this shop (`Origin`, which browsers send with every POST) and from a form of this
 * session (its token). Otherwise an attacker's page could sign a visitor in to the attacker's account.
 */
export function onlyOwnForms(url: string): MiddlewareHandler<ShopEnv> {
  const limit = bodyLimit({ maxSize: 16 * 1024, onError: (c) => c.text('That is too much for a form.', 413) });
  const check: MiddlewareHandler<ShopEnv> = async (c, next) => {
    if (c.req.header('origin') !== url) return refuse(c, 'FORM_OF_ANOTHER_SITE');
    const form = await readForm(c);
    if (!form) return refuse(c, 'FORM_UNREADABLE');
    if (!sameText(form.get('csrf') ?? '', c.get('session').csrf)) return refuse(c, 'FORM_OUT_OF_DATE');
    c.set('form', form);
    await next();
  };
  return async (c, next) => {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
    return limit(c, async () => {
      const answer = await check(c, next);
      if (answer) c.res = answer;
    });
  };
}

function refuse(c: ShopContext, code: 'FORM_OF_ANOTHER_SITE' | 'FORM_UNREADABLE' | 'FORM_OUT_OF_DATE') {
  return c.html(failurePage(c.get('session'), { code, back: c.req.path }), 403);
}

/** Undefined unless the body is a form in which every field appears once. */
async function readForm(c: ShopContext): Promise<Map<string, string> | undefined> {
  if (!/^application\/x-www-form-urlencoded(?:;|$)/i.test(c.req.header('content-type') ?? '')) return undefined;
  const fields = [...new URLSearchParams(await c.req.text())];
  const form = new Map(fields);
  return form.size === fields.length ? form : undefined;
}

function sameText(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}
