/**
 * A phone number without what people group its digits by: brackets, spaces, hyphens, dots and slashes. A text that holds
 * anything else stays as it is, and is then no number.
 */
export function plainPhone(text: string): string {
  return /^\+?[0-9 ()./-]+$/.test(text) ? text.replace(/[ ()./-]/g, '') : text;
}
