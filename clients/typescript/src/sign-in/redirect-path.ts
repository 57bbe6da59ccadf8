const MAX_LENGTH = 2048;
/** RFC 3986: the characters of a segment (3.3) and of a query (3.4), the latter with `/` and `?`. */
const PATH_AND_QUERY =
  /^(?<path>(?:\/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})+)*\/?)(?:\?(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*)?$/;
/** `%`, `.`, `/` and `\`, which servers and browsers decode at different times. */
const REFUSED_IN_PATH = /%(?:25|2e|2f|5c)/i;
/** `.` and `..`, also with the parameters that some servers drop. */
const DOT_SEGMENT = /\/\.{1,2}(?:[/;]|$)/;
const CONTROL_CHARACTER = /[\p{Cc}\u2028\u2029]/u;

/**
 * The text if it is a path of this site, and undefined for everything that any browser, proxy or server could read as
 * something else: another host, another folder, a second header.
 */
export function redirectPath(next: unknown): string | undefined {
  if (typeof next !== 'string' || next.length === 0 || next.length > MAX_LENGTH) return undefined;
  const path = PATH_AND_QUERY.exec(next)?.groups?.path;
  if (!path || REFUSED_IN_PATH.test(path) || DOT_SEGMENT.test(path)) return undefined;
  try {
    return CONTROL_CHARACTER.test(decodeURIComponent(next)) ? undefined : next;
  } catch {
    // It is no UTF-8: an overlong form of `/` is a slash for lenient decoders.
    return undefined;
  }
}
