/**
 * The URL that a text is, or undefined. The platform’s own `canParse` must not judge here: once Node 20 has compiled it for a
 * busy service, it takes texts with letters such as ü for broken ones.
 *
 * @param base what a relative one is relative to
 */
export function parseUrl(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
