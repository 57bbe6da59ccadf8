/** What a webhook is called: what somebody has written of it, else where it leads. */
export function nameOf({ description, url }: { description?: string; url: string }): string {
  return description ?? url.replace(/^https:\/\//, '');
}
