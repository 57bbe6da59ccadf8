/**
 * Parses a URL, or returns undefined. The platform’s own `canParse` is not usable: once Node 20 has compiled it for a
 * busy service, it rejects valid texts with letters such as ü.
 *
 * @param base the base of a relative URL
 */
export function parseUrl(text: string, base?: string): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
