/** The name of a webhook: its description, or else its address. */
export function nameOf({ description, url }: { description?: string; url: string }): string {
  return description ?? url.replace(/^https:\/\//, '');
}
