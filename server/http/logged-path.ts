/** Longer paths match no route. */
const MAX_PATH_LENGTH = 256;
const ID = /^[a-z]{3}_[0-3][0-9a-hjkmnp-tv-z]{10}$/;
const HIDDEN = '…';

/**
 * Makes a path that can be logged: it keeps the words of our own routes and the ids of objects. Anything else a client
 * chose, and it may be a login, an email address or a secret (SR-35).
 *
 * @param patterns of all routes; asked once, with the first request
 */
export function createPathFilter(patterns: () => Iterable<string>): (path: string) => string {
  let words: ReadonlySet<string> | undefined;
  return (path) => {
    words ??= new Set(Array.from(patterns()).flatMap(staticSegments));
    const known = words;
    const segments = path.slice(0, MAX_PATH_LENGTH).split('/');
    if (path.length > MAX_PATH_LENGTH) segments.pop();
    const show = (segment: string) => segment === '' || known.has(segment) || ID.test(segment);
    const kept = segments.map((segment) => (show(segment) ? segment : HIDDEN)).join('/');
    return path.length > MAX_PATH_LENGTH ? `${kept}/${HIDDEN}` : kept;
  };
}

function staticSegments(pattern: string): string[] {
  return pattern.split('/').filter((segment) => !/[:*{}#]/.test(segment));
}
