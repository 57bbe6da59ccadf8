const NAMES = import.meta.glob<string>('./*/language.json', {
  base: '/ui/i18n/locales/',
  eager: true,
  import: 'default',
});

/** Each language of the widget by its own name, English first. */
export const LANGUAGE_NAMES: Readonly<Record<string, string>> = { en: 'English', ...NAMES };
