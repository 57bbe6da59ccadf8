import { readdirSync, readFileSync } from 'node:fs';
import { IMPORT_FLAWS, IMPORT_WARNINGS } from '@countersign/protocol/token-import';
import { type MessageFormatElement, parse, TYPE } from '@formatjs/icu-messageformat-parser';
import { describe, expect, test } from 'vitest';
import { LANGUAGES, readLanguage } from './read-languages.ts';

const LOCALES = new URL('./locales/', import.meta.url);
/** The protocol defines the English texts of these. */
const FLAWS = 'console/import-flaws.json';

const filesOf = (lang: string) =>
  readdirSync(new URL(`${lang}/`, LOCALES), { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.json'),
  );
const read = (path: string): Record<string, string> =>
  JSON.parse(readFileSync(new URL(path, LOCALES), 'utf8')) as Record<string, string>;
const english = (file: string) => (file === FLAWS ? { ...IMPORT_FLAWS, ...IMPORT_WARNINGS } : read(`en/${file}`));

/** Names of the arguments, and the categories of each plural. */
function shapeOf(text: string) {
  const names = new Set<string>();
  const plurals: { name: string; categories: string[] }[] = [];
  const walk = (elements: readonly MessageFormatElement[]) => {
    for (const element of elements) {
      if (element.type === TYPE.argument || element.type === TYPE.plural) names.add(element.value);
      if (element.type !== TYPE.plural) continue;
      plurals.push({ name: element.value, categories: Object.keys(element.options) });
      for (const { value } of Object.values(element.options)) walk(value);
    }
  };
  walk(parse(text, { ignoreTag: true }));
  return { names: [...names].sort(), plurals };
}

const others = LANGUAGES.filter((lang) => lang !== 'en');
const translated = others.flatMap((lang) => filesOf(lang).map((file) => [lang, file] as const));
const texts = LANGUAGES.flatMap((lang) =>
  filesOf(lang).flatMap((file) => Object.entries(read(`${lang}/${file}`)).map(([key, text]) => ({ lang, key, text }))),
);

describe('every language', () => {
  test.each(others)('%s has every text for users, and may lack the console', (lang) => {
    const console = filesOf(lang).filter((file) => file.startsWith('console/'));
    const wanted = filesOf('en').filter((file) => console.length > 0 || !file.startsWith('console/'));
    expect(filesOf(lang).sort()).toEqual([...wanted, ...(console.length > 0 ? [FLAWS] : [])].sort());
  });

  test.each(LANGUAGES)('%s states its name and its direction', (lang) => {
    const { name, direction, locale } = readLanguage(lang);
    expect(name).not.toBe('');
    expect(['ltr', 'rtl']).toContain(direction);
    expect(new Intl.Locale(locale).language).toBe(lang);
  });

  test.each(LANGUAGES)('%s is in the guide', (lang) => {
    const guide = readFileSync(new URL('../../docs/appearance.md', import.meta.url), 'utf8');
    expect(guide).toContain(`| \`${lang}\` | ${readLanguage(lang).name}`);
  });

  test.each(translated)('%s has every text of %s, with the same arguments', (lang, file) => {
    const master = english(file);
    const own = read(`${lang}/${file}`);
    expect(Object.keys(own).sort()).toEqual(Object.keys(master).sort());
    for (const [key, text] of Object.entries(master)) {
      expect(own[key]?.trim(), key).not.toBe('');
      expect(shapeOf(own[key] ?? '').names, key).toEqual(shapeOf(text).names);
    }
  });

  test('has each plural in every category of its rules', () => {
    const counted = texts.flatMap(({ lang, key, text }) =>
      shapeOf(text).plurals.map(({ categories }) => ({ lang, key, categories })),
    );
    expect(new Set(counted.map(({ lang }) => lang))).toEqual(new Set(LANGUAGES));
    for (const { lang, key, categories } of counted) {
      const { pluralCategories } = new Intl.PluralRules(lang).resolvedOptions();
      expect(categories.sort(), `${lang} ${key}`).toEqual([...pluralCategories].sort());
    }
  });
});
