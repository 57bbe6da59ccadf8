import { THEME_KEY } from '@countersign/protocol/console-theme';

export type ThemeChoice = 'auto' | 'light' | 'dark';

/**
 * The user's preferences on this device. They do not identify the user, so they stay after sign-out; nothing is stored
 * before a choice.
 */
export interface Preferences {
  theme: ThemeChoice;
  /** Undefined for the browser's language. */
  language: string | undefined;
  /** Whether single-key shortcuts are on (WCAG 2.1.4). */
  hasShortcuts: boolean;
  /** Whether the console says on every page that the service sends no email. */
  hasMailNotice: boolean;
  /** Whether the home page shows what is still to set up. */
  hasChecklist: boolean;
}

const LANGUAGE_KEY = 'countersign-language';
const SHORTCUTS_KEY = 'countersign-shortcuts';
const MAIL_NOTICE_KEY = 'countersign-mail-notice';
const CHECKLIST_KEY = 'countersign-checklist';

/** Reads the stored preferences; the defaults if there are none or storage is blocked. */
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
    hasMailNotice: read(MAIL_NOTICE_KEY) !== 'off',
    hasChecklist: read(CHECKLIST_KEY) !== 'off',
  };
}

export function savePreferences(
  { theme, language, hasShortcuts, hasMailNotice, hasChecklist }: Preferences,
  storage: () => Pick<Storage, 'setItem' | 'removeItem'>,
): void {
  const write = (key: string, value: string | undefined) => {
    try {
      if (value === undefined) storage().removeItem(key);
      else storage().setItem(key, value);
    } catch {
      // The choice then lasts until the page is closed.
    }
  };
  write(THEME_KEY, theme === 'auto' ? undefined : theme);
  write(LANGUAGE_KEY, language);
  write(SHORTCUTS_KEY, hasShortcuts ? undefined : 'off');
  write(MAIL_NOTICE_KEY, hasMailNotice ? undefined : 'off');
  write(CHECKLIST_KEY, hasChecklist ? undefined : 'off');
}
