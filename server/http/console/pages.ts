import { randomBytes } from 'node:crypto';
import { CONSOLE_ROUTES, routeAt } from '@countersign/protocol/console-routes';
import { ASSET_HEADERS } from '@countersign/protocol/frame-document';
import { type Context, Hono } from 'hono';
import type { BuiltFiles } from '../../kernel/ports/built-files.ts';
import type { AppEnv } from '../context.ts';
import { refuse } from '../problem.ts';
import { sendFile } from '../send-file.ts';
import { consoleCsp, consoleDocument } from './document.ts';

const MOUNT = '/console';
const ASSETS = `${MOUNT}/assets/`;

/**
 * The administrators' console: one page for its addresses, and the hashed files it consists of. They hold no user data;
 * the page calls the API with the viewer's session.
 */
export function consolePages(built: BuiltFiles) {
  const app = new Hono<AppEnv>();

  const page = (c: Context<AppEnv>, status: 200 | 404) => {
    const nonce = randomBytes(18).toString('base64');
    c.header('content-security-policy', consoleCsp(nonce));
    const [script, style] = [`${MOUNT}/${built.script}`, `${MOUNT}/${built.style}`];
    const needs = (built.needs ?? []).map((path) => `${MOUNT}/${path}`);
    return c.html(consoleDocument({ nonce, script, style, needs }), status);
  };

  const { setup, invitation, recovery, reset, home } = CONSOLE_ROUTES;
  for (const path of [...setup, ...invitation, ...recovery, ...reset, ...home]) app.get(path, (c) => page(c, 200));
  // The service's bare address redirects to the console.
  app.get('/', (c) => c.redirect(MOUNT, 302));
  // A wildcard, as for the widget's files. An unknown address gets the page with a 404 status.
  app.get(`${MOUNT}/*`, (c) => {
    const { path } = c.req;
    if (path.startsWith(ASSETS)) {
      const file = built.files.get(path.slice(MOUNT.length + 1));
      return file ? sendFile(c, file, ASSET_HEADERS) : refuse(c, 'NOT_FOUND');
    }
    if (path === `${MOUNT}/`) return c.redirect(MOUNT, 301);
    return page(c, routeAt(path) === undefined ? 404 : 200);
  });
  return app;
}
