const NAMES = import.meta.glob<string>('./*/language.json', {
  base: '/ui/i18n/locales/',
  eager: true,
  import: 'default',
});

/** What each language of the widget calls itself, English first. */
export const LANGUAGE_NAMES: Readonly<Record<string, string>> = { en: 'English', ...NAMES };
