import { expect, test } from 'vitest';
import { readPreferences, savePreferences } from './preferences.ts';

function storageOf(kept: Record<string, string> = {}) {
  return {
    kept,
    storage: () => ({
      getItem: (key: string) => kept[key] ?? null,
      setItem(key: string, value: string) {
        kept[key] = value;
      },
      removeItem(key: string) {
        delete kept[key];
      },
    }),
  };
}

test('restores what was chosen, and stores nothing for the defaults', () => {
  const { kept, storage } = storageOf();
  const chosen = {
    theme: 'dark',
    language: 'de',
    hasShortcuts: false,
    hasMailNotice: false,
    hasChecklist: false,
  } as const;
  savePreferences(chosen, storage);
  expect(readPreferences(storage)).toEqual(chosen);
  savePreferences(
    { theme: 'auto', language: undefined, hasShortcuts: true, hasMailNotice: true, hasChecklist: true },
    storage,
  );
  expect(kept).toEqual({});
});

test('falls back to the defaults for invalid values and without storage', () => {
  const usual = { theme: 'auto', language: undefined, hasShortcuts: true, hasMailNotice: true, hasChecklist: true };
  const { storage } = storageOf({ 'countersign-theme': 'url(x)', 'countersign-language': '../de' });
  expect(readPreferences(storage)).toEqual(usual);
  const denied = (): never => {
    throw new DOMException('denied', 'SecurityError');
  };
  expect(readPreferences(denied)).toEqual(usual);
  expect(() =>
    savePreferences(
      { theme: 'dark', language: 'de', hasShortcuts: false, hasMailNotice: false, hasChecklist: false },
      denied,
    ),
  ).not.toThrow();
});
