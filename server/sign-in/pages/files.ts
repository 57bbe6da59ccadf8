import { createHash } from 'node:crypto';
import { ASSET_HEADERS, LOADER_HEADERS } from '@countersign/protocol/frame-document';
import { Hono } from 'hono';
import type { AppEnv } from '../../http/context.ts';
import { sendFile } from '../../http/send-file.ts';
import type { BuiltFiles } from '../../kernel/ports/built-files.ts';
import { showUnknownAddress } from '../../messages/hosted-pages/fault.ts';

/** A file that loaders fetch on demand: its name changes with its content. */
const HASHED_NAME = /^(?:popup|explain)-[\w-]+\.mjs$/;

/** For `integrity` attributes: the hash of each file that a page may reference (SRI). */
function integrityOf(files: BuiltFiles['files']): Record<string, string> {
  const named = [...files].filter(([path]) => /^[\w.-]+\.m?js$/.test(path));
  return Object.fromEntries(
    named.map(([path, { body }]) => [path, `sha384-${createHash('sha384').update(body).digest('base64')}`]),
  );
}

/**
 * The widget's files. `v1` floats: the loader is revalidated every few minutes, the frame's files carry a hash and
 * never change. Below the exact version the loader never changes either, so a page may pin it with `integrity`. Files of
 * earlier versions stay for pages that pin one, and those with a hash for pages that were open during an upgrade.
 */
export function widgetFiles(widget: BuiltFiles, version: string) {
  const app = new Hono<AppEnv>();
  const { files: current, earlier = new Map<string, BuiltFiles['files']>() } = widget;
  const releases = new Map([...earlier, [version, current]]);
  const hashes = new Map(
    Array.from(releases, ([one, files]) => [one, JSON.stringify({ version: one, files: integrityOf(files) })]),
  );
  const hashed = (path: string) => path.startsWith('assets/') || HASHED_NAME.test(path);
  const find = (asked: string, path: string) => {
    if (asked !== 'v1') return path.startsWith('assets/') ? undefined : releases.get(asked)?.get(path);
    const all = hashed(path) ? [current, ...earlier.values()] : [current];
    return all.map((files) => files.get(path)).find((file) => file !== undefined);
  };
  // A wildcard and not parameters: beside the literal paths of the flow, those would force every request onto the
  // slower router.
  app.get('/*', (c) => {
    const [, , asked = '', ...names] = c.req.path.split('/');
    const path = names.join('/');
    const integrity = hashes.get(asked === 'v1' ? version : asked);
    if (path === 'integrity.json' && integrity !== undefined) {
      return c.body(integrity, 200, { ...LOADER_HEADERS, 'content-type': 'application/json' });
    }
    const file = find(asked, path);
    if (!file) return showUnknownAddress(c);

    const headers: Record<string, string> = { ...(path.startsWith('assets/') ? ASSET_HEADERS : LOADER_HEADERS) };
    if (asked !== 'v1' || hashed(path)) headers['cache-control'] = ASSET_HEADERS['cache-control'];
    return sendFile(c, file, headers);
  });
  return app;
}
