/**
 * The primary subtag of a BCP 47 tag. Empty if the tag is invalid, or names another script than the language has by
 * default: readers of `zh-TW` do not read the simplified script of `zh`.
 */
export function languageOf(tag: string): string {
  try {
    const { language, script } = new Intl.Locale(tag).maximize();
    return new Intl.Locale(language).maximize().script === script ? language : '';
  } catch {
    return '';
  }
}
