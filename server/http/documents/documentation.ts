import { DOCUMENTS_PATH } from '@countersign/protocol/documents';
import { type Context, Hono } from 'hono';
import type { BuiltDocuments, BuiltFile } from '../../kernel/ports/built-files.ts';
import type { AppEnv } from '../context.ts';
import { csp } from '../csp.ts';
import { refuse } from '../problem.ts';
import { sendFile } from '../send-file.ts';

/**
 * The site's scripts are not ours but its generator's. The sandbox gives its pages an origin of their own, so that no
 * script of theirs can act with the session of an administrator who reads (decision 0274).
 */
const POLICY = csp({
  'script-src': "'self'",
  'style-src': "'self'",
  // The theme's icons are in its stylesheet.
  'img-src': "'self' data:",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
  sandbox: 'allow-scripts allow-popups allow-popups-to-escape-sandbox',
});

const PAGE_HEADERS = { 'content-security-policy': POLICY, 'cache-control': 'no-cache' };

/** A page in a sandbox has another origin than its own files, which are the same for every reader. */
const FILE_HEADERS = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' };
const IMMUTABLE = 'public, max-age=31536000, immutable';

/** The documentation, as built: pages without an ending in their address, and the files that they load. */
export function documentation(documents: BuiltDocuments) {
  const app = new Hono<AppEnv>();
  app.get(DOCUMENTS_PATH.slice(0, -1), (c) => c.redirect(DOCUMENTS_PATH, 301));
  app.get(`${DOCUMENTS_PATH}*`, async (c) => {
    const path = c.req.path.slice(DOCUMENTS_PATH.length);
    if (/\.(?:js|css|png)$/.test(path)) {
      const file = await documents.read(path);
      if (!file) return refuse(c, 'NOT_FOUND');
      const caching = path.startsWith('assets/') ? IMMUTABLE : 'no-cache';
      return sendFile(c, file, { ...FILE_HEADERS, 'cache-control': caching });
    }
    if (/(?:^|\/)$/.test(path)) {
      const index = await documents.read(`${path}index.html`);
      const name = path.slice(0, -1);
      // The address of a page has no slash at its end.
      if (!index && name !== '' && (await documents.read(`${name}.html`)))
        return c.redirect(`${DOCUMENTS_PATH}${name}`, 301);
      return sendPage(c, documents, index);
    }
    const page = await documents.read(`${path}.html`);
    if (!page && (await documents.read(`${path}/index.html`))) return c.redirect(`${DOCUMENTS_PATH}${path}/`, 301);
    return sendPage(c, documents, page);
  });
  return app;
}

async function sendPage(c: Context<AppEnv>, documents: BuiltDocuments, page: BuiltFile | undefined) {
  if (page) return sendFile(c, page, PAGE_HEADERS);
  const missing = await documents.read('404.html');
  if (!missing) return refuse(c, 'NOT_FOUND');
  const sent = sendFile(c, missing, { ...PAGE_HEADERS, 'cache-control': 'no-store' });
  return new Response(sent.body, { status: 404, headers: sent.headers });
}
