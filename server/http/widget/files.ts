import { Hono } from 'hono';
import { ASSET_HEADERS, LOADER_HEADERS } from '../../../shared/wire/frame-document.ts';
import type { BuiltFiles } from '../../ports/built-files.ts';
import { answerFile } from '../built-file.ts';
import type { AppEnv } from '../context.ts';
import { refuse } from '../problem.ts';

/**
 * The widget's files. `v1` floats: the loader is fetched anew every few minutes, the frame's files carry a hash and
 * never change. Below the exact version the loader never changes either, so a page may pin it with `integrity`.
 */
export function widgetFiles(widget: BuiltFiles, version: string) {
  const app = new Hono<AppEnv>();
  // A wildcard and not parameters: beside the literal paths of the flow those would cost every request of the service
  // the fast router.
  app.get('/*', (c) => {
    const [, , asked = '', ...names] = c.req.path.split('/');
    const path = names.join('/');
    const file = widget.files.get(path);
    const hashed = path.startsWith('assets/');
    if (!file || (asked !== 'v1' && asked !== version) || (hashed && asked !== 'v1')) return refuse(c, 'NOT_FOUND');

    const headers: Record<string, string> = { ...(hashed ? ASSET_HEADERS : LOADER_HEADERS) };
    if (asked !== 'v1') headers['cache-control'] = ASSET_HEADERS['cache-control'];
    return answerFile(c, file, headers);
  });
  return app;
}
