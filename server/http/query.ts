/** The raw query of a URL without the question mark; empty if there is none. */
export function queryOf(url: string): string {
  const from = url.indexOf('?');
  if (from < 0) return '';
  const to = url.indexOf('#', from);
  return to < 0 ? url.slice(from + 1) : url.slice(from + 1, to);
}
