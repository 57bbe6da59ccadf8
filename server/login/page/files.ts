import { createHash } from 'node:crypto';
import { ASSET_HEADERS, LOADER_HEADERS } from '@countersign/protocol/frame-document';
import { Hono } from 'hono';
import type { AppEnv } from '../../http/context.ts';
import { refuse } from '../../http/problem.ts';
import { sendFile } from '../../http/send-file.ts';
import type { BuiltFiles } from '../../kernel/ports/built-files.ts';

/** A file that loaders fetch on demand; its name changes with its content. */
const HASHED_NAME = /^popup-[\w-]+\.mjs$/;

/** For `integrity` attributes: the hash of each file that a page may reference (SRI). */
function integrityOf({ files }: BuiltFiles): Record<string, string> {
  const named = [...files].filter(([path]) => /^[\w.-]+\.m?js$/.test(path));
  return Object.fromEntries(
    named.map(([path, { body }]) => [path, `sha384-${createHash('sha384').update(body).digest('base64')}`]),
  );
}

/**
 * The widget's files. `v1` floats: the loader is revalidated every few minutes, the frame's files carry a hash and
 * never change. Below the exact version the loader never changes either, so a page may pin it with `integrity`.
 */
export function widgetFiles(widget: BuiltFiles, version: string) {
  const app = new Hono<AppEnv>();
  const hashes = JSON.stringify({ version, files: integrityOf(widget) });
  // A wildcard and not parameters: beside the literal paths of the flow, those would force every request onto the
  // slower router.
  app.get('/*', (c) => {
    const [, , asked = '', ...names] = c.req.path.split('/');
    const path = names.join('/');
    if (path === 'integrity.json' && (asked === 'v1' || asked === version)) {
      return c.body(hashes, 200, { ...LOADER_HEADERS, 'content-type': 'application/json' });
    }
    const file = widget.files.get(path);
    const hashed = path.startsWith('assets/');
    if (!file || (asked !== 'v1' && asked !== version) || (hashed && asked !== 'v1')) return refuse(c, 'NOT_FOUND');

    const headers: Record<string, string> = { ...(hashed ? ASSET_HEADERS : LOADER_HEADERS) };
    if (asked !== 'v1' || HASHED_NAME.test(path)) headers['cache-control'] = ASSET_HEADERS['cache-control'];
    return sendFile(c, file, headers);
  });
  return app;
}
