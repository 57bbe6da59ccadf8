import { parseUrl } from '@countersign/protocol/parse-url';

/**
 * A link into this service: the configured public URL and a path, never a host from a request (SR-40).
 *
 * @param base an origin without a slash at the end
 * @throws TypeError if the path would lead to another origin
 */
export function linkTo(base: string, path: string): string {
  const url = parseUrl(path, base);
  if (!path.startsWith('/') || url?.origin !== base || url.username !== '')
    throw new TypeError('not a path of this service');
  return url.href;
}
