import { posix } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import type { PageModule } from '../pages.ts';

type Dictionary = Readonly<Record<string, string>>;

const pages = import.meta.glob<PageModule>('../*/page.tsx');
const modules = import.meta.glob<Record<string, unknown>>('../*/words.ts');
const dictionaries = import.meta.glob<Record<string, Dictionary>>('../*/words/*.ts', { eager: true });
const sources = import.meta.glob<string>('../**/*.{ts,tsx}', { eager: true, query: '?raw', import: 'default' });
const IMPORTS = /^(?:import|export) (?!type )([^;]*?) from '(\.[^']+)'/gms;
/** Loaded with the inside, before any room. */
const ALWAYS = '../shell/words.ts';

/** What the files of a room take from the modules of words, its own and those of others. */
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

function isWords(value: unknown): value is (key: string) => string {
  return typeof value === 'function' && 'load' in value;
}

/** Whether it says every word of one of the German dictionaries of its folder, with nothing in the gaps. */
function speaksGerman(module: string, words: (key: string) => string): boolean {
  const folder = posix.dirname(module);
  const german = Object.entries(dictionaries).flatMap(([path, { de }]) =>
    path.startsWith(`${folder}/words/`) && de ? [Object.entries(de)] : [],
  );
  return german.some((all) => all.every(([key, text]) => words(key) === text.replaceAll(/\{\d\}/g, '')));
}

// Whatever is tried next in this process starts in English.
let entered: PageModule | undefined;
afterEach(async () => {
  await entered?.words?.load('en');
  vi.resetModules();
});

test.each(Object.keys(pages))('all that %s says is in the language of the page', async (room) => {
  vi.resetModules();
  entered = await pages[room]?.();
  await entered?.words?.load('de');
  const stillEnglish: string[] = [];
  for (const [path, names] of takenBy(room)) {
    if (path === ALWAYS) continue;
    const module = (await modules[path]?.()) ?? {};
    // `reasonText` says what `reasons` says.
    const text = [...names].map((name) => `${name}(;${isWords(module[name]) ? '' : String(module[name])}`).join(';');
    for (const [name, words] of Object.entries(module)) {
      const isUsed = new RegExp(`\\b${name}\\(`).test(text);
      if (isWords(words) && isUsed && !speaksGerman(path, words)) stillEnglish.push(`${path}: ${name}`);
    }
  }
  expect(stillEnglish).toEqual([]);
});
