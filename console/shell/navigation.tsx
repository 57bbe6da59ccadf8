import { CONSOLE_ROUTES } from '@countersign/protocol/console-routes';
import { Keyboard, LogOut } from 'lucide';
import { LANGUAGE_NAMES } from '../i18n/languages.ts';
import { CONSOLE_LANGUAGES } from '../i18n/texts.ts';
import { PAGES, type PageEntry } from '../pages.ts';
import { Icon } from '../parts/icon.tsx';
import type { ThemeChoice } from '../preferences.ts';
import type { PageRoute } from '../router.ts';
import { useConsole } from './context.ts';
import { t } from './i18n.ts';
import { Link } from './link.tsx';

export const SIDE = 'side';

/** The path of a page. */
export function hrefOf(route: string): string {
  return CONSOLE_ROUTES[route as PageRoute][0];
}

/** The pages in the administrator's navigation. */
export function usePages(): [PageRoute, PageEntry][] {
  const { session } = useConsole();
  const all = Object.entries(PAGES) as [PageRoute, PageEntry][];
  return all.filter(([, page]) => page.isFor?.(session) ?? true);
}

/**
 * The pages, and the administrator's own settings. On a wide screen it is a sidebar; on a phone the menu button opens
 * it.
 */
export function Navigation({ onShortcuts }: { onShortcuts(): void }) {
  const { address, texts, session, signOut } = useConsole();
  const pages = usePages();
  const list = (group: PageEntry['group']) => (
    <ul>
      {pages
        .filter(([, page]) => page.group === group)
        .map(([route, page]) => (
          <li key={route}>
            <Link
              class="nav-link"
              href={hrefOf(route)}
              aria-current={route !== address.route ? undefined : address.path === hrefOf(route) ? 'page' : 'true'}
            >
              <Icon node={page.icon} />
              {t(page.label)}
            </Link>
          </li>
        ))}
    </ul>
  );
  return (
    <div class="side" id={SIDE} popover="auto">
      <nav aria-label={texts('pages')}>{list('work')}</nav>
      <nav class="side-own" aria-label={t('account')}>
        <p class="side-who">
          {session.administrator.name}
          <span>{texts(session.administrator.role)}</span>
        </p>
        {list('own')}
        <Settings />
        <button type="button" class="nav-link" onClick={onShortcuts}>
          <Icon node={Keyboard} />
          {t('shortcuts')}
        </button>
        <button type="button" class="nav-link" onClick={signOut}>
          <Icon node={LogOut} />
          {texts('signOut')}
        </button>
      </nav>
    </div>
  );
}

const THEMES: readonly ThemeChoice[] = ['auto', 'light', 'dark'];
const THEME_WORDS = { auto: 'themeAuto', light: 'themeLight', dark: 'themeDark' } as const;

/** The theme and the language on this device. */
function Settings() {
  const { preferences, setPreferences, texts } = useConsole();
  return (
    <div class="side-settings">
      <label>
        <span>{t('appearance')}</span>
        <select
          class="input"
          value={preferences.theme}
          onChange={({ currentTarget }) => setPreferences({ theme: currentTarget.value as ThemeChoice })}
        >
          {THEMES.map((theme) => (
            <option key={theme} value={theme}>
              {t(THEME_WORDS[theme])}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>{t('language')}</span>
        <select
          class="input"
          value={texts.lang}
          onChange={({ currentTarget }) => setPreferences({ language: currentTarget.value })}
        >
          {CONSOLE_LANGUAGES.map((tag) => (
            <option key={tag} value={tag} lang={tag}>
              {LANGUAGE_NAMES[tag]}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
