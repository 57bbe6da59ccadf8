/**
 * Removes the characters that group the digits of a phone number: brackets, spaces, hyphens, dots and slashes. A text
 * with any other character stays as it is, and is then not a number.
 */
export function plainPhone(text: string): string {
  return /^\+?[0-9 ()./-]+$/.test(text) ? text.replace(/[ ()./-]/g, '') : text;
}
