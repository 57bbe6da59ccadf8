import { parseUrl } from '@countersign/protocol/parse-url';

/**
 * A link into this service: the configured public URL and a path, never a host that a request named (SR-40).
 *
 * @param base an origin without a slash at the end
 * @throws TypeError for a path that would lead elsewhere
 */
export function linkTo(base: string, path: string): string {
  const url = parseUrl(path, base);
  if (!path.startsWith('/') || url?.origin !== base || url.username !== '')
    throw new TypeError('not a path of this service');
  return url.href;
}
