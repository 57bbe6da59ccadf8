import { type Context, Hono } from 'hono';
import type { BuiltDocuments } from '../../kernel/ports/built-files.ts';
import type { AppEnv } from '../context.ts';
import { csp } from '../csp.ts';
import { refuse } from '../problem.ts';
import { sendFile } from '../send-file.ts';

const HEADERS = {
  'content-security-policy': csp({ 'script-src': "'self'", 'style-src': "'self'", 'img-src': "'self'" }),
  'cache-control': 'no-cache',
};

/** The API reference under `/v1`, as the build renders it (decision 0275). Its one script is ours, so it needs no sandbox. */
export function apiReference(pages: BuiltDocuments): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  const show = async (c: Context<AppEnv>, path: string) => {
    const page = await pages.read(path);
    return page ? sendFile(c, page, HEADERS) : refuse(c, 'NOT_FOUND');
  };
  app.get('/', (c) => show(c, 'index.html'));
  for (const file of ['reference.css', 'reference.js']) app.get(`/reference/${file}`, (c) => show(c, file));
  app.get('/reference/:page', (c) => show(c, `${c.req.param('page')}.html`));
  return app;
}
