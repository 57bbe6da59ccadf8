import { THEME_KEY } from '@countersign/protocol/console-theme';

export type ThemeChoice = 'auto' | 'light' | 'dark';

/**
 * What somebody likes on this device. It says nothing of who they are, so it may stay there when they leave; nothing is
 * kept before something is chosen.
 */
export interface Preferences {
  theme: ThemeChoice;
  /** Undefined: as the browser. */
  language: string | undefined;
  /** Whether single keys do something (WCAG 2.1.4). */
  hasShortcuts: boolean;
}

const LANGUAGE_KEY = 'countersign-language';
const SHORTCUTS_KEY = 'countersign-shortcuts';

/** What is kept; the usual where nothing is, or where a browser keeps nothing for us. */
export function readPreferences(storage: () => Pick<Storage, 'getItem'>): Preferences {
  const read = (key: string) => {
    try {
      return storage().getItem(key);
    } catch {
      return null;
    }
  };
  const theme = read(THEME_KEY);
  const language = read(LANGUAGE_KEY);
  return {
    theme: theme === 'light' || theme === 'dark' ? theme : 'auto',
    language: language !== null && /^[a-z]{2}$/.test(language) ? language : undefined,
    hasShortcuts: read(SHORTCUTS_KEY) !== 'off',
  };
}

export function savePreferences(
  { theme, language, hasShortcuts }: Preferences,
  storage: () => Pick<Storage, 'setItem' | 'removeItem'>,
): void {
  const write = (key: string, value: string | undefined) => {
    try {
      if (value === undefined) storage().removeItem(key);
      else storage().setItem(key, value);
    } catch {
      // Then it holds until the page is closed.
    }
  };
  write(THEME_KEY, theme === 'auto' ? undefined : theme);
  write(LANGUAGE_KEY, language);
  write(SHORTCUTS_KEY, hasShortcuts ? undefined : 'off');
}
