import { Hono } from 'hono';
import { createClient, createVerifier } from '../../clients/typescript/src/index.ts';
import { FAVICON } from '../assets/favicon.ts';
import { SIGN_IN_SCRIPT } from '../assets/sign-in-script.ts';
import { STYLE } from '../assets/style.ts';
import { failurePage } from '../pages/failure-page.ts';
import { browse } from './browse.ts';
import { checkout } from './checkout.ts';
import type { ShopEnv } from './context.ts';
import type { ShopOptions } from './options.ts';
import { Orders } from './orders.ts';
import { onlyHost, onlyOwnForms, pageHeaders, withSession } from './protect.ts';
import { Sessions } from './sessions.ts';
import { signIn } from './sign-in.ts';

/**
 * A small plant shop with sign-in by Countersign. It only routes: serve `fetch` at `options.url`.
 *
 * @throws CountersignError `OPTION_INVALID` for an invalid address, resource or key.
 * @example
 * const shop = createShop({ url: 'http://127.0.0.1:8081', service: 'http://localhost:8080', resource, apiKey });
 * const page = await shop.request('http://127.0.0.1:8081/');
 */
export function createShop(options: ShopOptions): Hono<ShopEnv> {
  const { url, service, resource, apiKey, now = Date.now } = options;
  const shared = { now, ...(options.fetch && { fetch: options.fetch }) };
  const countersign = {
    verifier: createVerifier({ issuer: service, resource, ...shared }),
    client: createClient({ url: service, apiKey, ...shared }),
  };
  const sessions = new Sessions(now);
  const orders = new Orders();

  const app = new Hono<ShopEnv>();
  app.use(pageHeaders(service), onlyHost(url));
  for (const [path, { type, body }] of Object.entries(FILES)) {
    app.get(path, (c) => c.body(body, 200, { 'content-type': type, 'cache-control': 'public, max-age=300' }));
  }
  app.use(withSession(sessions, url), onlyOwnForms(url));
  app.route('/', browse());
  app.route('/', signIn(options, now, { sessions, orders, countersign }));
  app.route('/', checkout(options, now, { orders, countersign }));
  app.notFound((c) => c.html(failurePage(c.get('session'), { code: 'NOT_FOUND', back: '/' }), 404));
  app.onError((error, c) => {
    console.error(error);
    return c.html(failurePage(c.get('session'), { code: 'INTERNAL', back: '/' }), 500);
  });
  return app;
}

const FILES = {
  '/assets/shop.css': { type: 'text/css; charset=utf-8', body: STYLE },
  '/assets/sign-in.js': { type: 'text/javascript; charset=utf-8', body: SIGN_IN_SCRIPT },
  '/favicon.svg': { type: 'image/svg+xml', body: FAVICON },
  // Browsers request it for responses that name no icon, such as plain text.
  '/favicon.ico': { type: 'image/svg+xml', body: FAVICON },
};
