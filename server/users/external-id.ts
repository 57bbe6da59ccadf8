/** White space, control characters, lone surrogates, and code points that cannot be seen. */
const UNSEEN = /[\s\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u;
const MAX_LENGTH = 128;

/**
 * The id of a user in the site's own records, as it is stored and compared: in Unicode's form C, case-sensitive.
 * Undefined: not 1 to 128 visible characters.
 */
export function parseExternalId(text: string): string | undefined {
  // No normalisation form shortens a text this much, so a longer one need not be normalised.
  if (text.length === 0 || text.length > 4 * MAX_LENGTH || UNSEEN.test(text)) return undefined;
  const id = text.normalize('NFC');
  return [...id].length <= MAX_LENGTH && !UNSEEN.test(id) ? id : undefined;
}
