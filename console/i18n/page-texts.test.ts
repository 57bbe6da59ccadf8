import { posix } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { PageModule } from '../pages.ts';
import { createPageTexts } from './page-texts.ts';

const pages = import.meta.glob<PageModule>('../*/page.tsx');
const modules = import.meta.glob<Record<string, unknown>>([
  '../*/i18n.ts',
  '../shell/refusals.ts',
  '../tokens/flaws.ts',
]);
const sources = import.meta.glob<string>('../**/*.{ts,tsx}', { eager: true, query: '?raw', import: 'default' });
const german = Object.values(
  import.meta.glob<Record<string, unknown>>('/ui/i18n/locales/de/console/*.json', { eager: true, import: 'default' }),
);
const IMPORTS = /^(?:import|export) (?!type )([^;]*?) from '(\.[^']+)'/gms;
/** Loaded with the shell, before any page. */
const ALWAYS = ['../shell/i18n.ts', '../shell/refusals.ts'];

/** The texts that the files of a page import, from its own modules and those of other pages. */
function takenBy(file: string, seen = new Set<string>(), taken = new Map<string, Set<string>>()) {
  if (seen.has(file)) return taken;
  seen.add(file);
  for (const [, names = '', from = ''] of (sources[file] ?? '').matchAll(IMPORTS)) {
    const target = posix.join(posix.dirname(file), from);
    if (target in modules) {
      const before = taken.get(target) ?? [];
      taken.set(target, new Set([...before, ...(names.match(/(?<!\bas )\b\w+/g) ?? [])]));
    } else if (target in sources) takenBy(target, seen, taken);
  }
  return taken;
}

type Say = (key: string) => string;

function isTexts(value: unknown): value is Say {
  return typeof value === 'function' && 'load' in value;
}

/** Whether every plain text of one of the German files is loaded. */
function speaksGerman(t: Say): boolean {
  return german.some((texts) => {
    const plain = Object.entries(texts).filter(([, text]) => typeof text === 'string');
    return plain.length > 0 && plain.every(([key, text]) => t(key) === text);
  });
}

// Reset to English, since the tests share one process.
let entered: PageModule | undefined;
afterEach(async () => {
  await entered?.messages?.load('en');
  vi.resetModules();
});

test.each(Object.keys(pages))('%s is entirely in the language of the page', async (page) => {
  vi.resetModules();
  entered = await pages[page]?.();
  await entered?.messages?.load('de');
  const stillEnglish: string[] = [];
  for (const [path, names] of takenBy(page)) {
    if (ALWAYS.includes(path)) continue;
    const module = (await modules[path]?.()) ?? {};
    // `reasonText` formats the texts of `reasons`.
    const text = [...names].map((name) => `${name}(;${isTexts(module[name]) ? '' : String(module[name])}`).join(';');
    for (const [name, t] of Object.entries(module)) {
      const isUsed = new RegExp(`\\b${name}\\(`).test(text);
      if (isTexts(t) && isUsed && !speaksGerman(t)) stillEnglish.push(`${path}: ${name}`);
    }
  }
  expect(stillEnglish).toEqual([]);
});

test('falls back to English for a missing text and a language that does not load; values are plain text', async () => {
  const english = { hello: ['Hello ', ['name']] as const, bye: 'Bye' };
  const t = createPageTexts(english, {
    de: async () => ({ default: { hello: ['Hallo ', ['name']] } }),
    fr: () => Promise.reject(new Error('offline')),
  });
  await t.load('de');
  expect([t('hello', { name: '$& {name}' }), t('bye')]).toEqual(['Hallo $& {name}', 'Bye']);
  for (const lang of ['fr', 'xx', 'constructor', '__proto__']) {
    await t.load(lang);
    expect(t('hello', { name: 'x' })).toBe('Hello x');
  }
  expect([t.has('bye'), t.has('constructor')]).toEqual([true, false]);
});
