/**
 * The URL that a text is, or undefined. Its own `canParse` would not do: once Node 20 has compiled it, it takes texts with
 * letters such as ü for broken ones.
 */
export function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
