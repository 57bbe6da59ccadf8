/** What only languages beside English need, in a file of its own: sign-ins in English never load it. */
export { loadTranslate } from '@countersign/ui/i18n/load-translate';

/** The texts of the sign-in, each language one file and loaded on first use. */
export const SIGN_IN = import.meta.glob(['./*/widget/sign-in.json', '!./en/**'], {
  base: '/ui/i18n/locales/',
});
