import { type IconNode, Keyboard, LogOut, Moon, Search, Sun } from 'lucide';
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
import type { FoundObject } from '../pages.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Icon } from '../parts/icon.tsx';
import { useConsole } from './context.ts';
import { t } from './i18n.ts';
import { hrefOf, usePages } from './navigation.tsx';
import { useObjectSearch } from './use-object-search.ts';
import { shortcutTargets } from './use-shortcuts.ts';

interface Entry {
  id: string;
  group: string;
  label: string;
  icon: IconNode;
  run(): void;
}

/** What can be run and has the text in its name: pages, the actions of this page and of the console, then objects. */
function useEntries(text: string, onShortcuts: () => void): Entry[] {
  const { texts, go, preferences, setPreferences, signOut } = useConsole();
  const pages = usePages();
  const sources = pages.flatMap(([, { label, icon, find }]) => (find ? [{ ...find, label, icon }] : []));
  const results = useObjectSearch<(typeof sources)[number], FoundObject>(sources, text);
  const here = useMemo(() => shortcutTargets().filter((element) => !(element instanceof HTMLInputElement)), []);

  const isDark = preferences.theme === 'dark' || (preferences.theme === 'auto' && matchMedia(DARK).matches);
  const commands: Entry[] = [
    ...pages.map(([route, page]) => ({
      id: route,
      group: t('pagesGroup'),
      label: t(page.label),
      icon: page.icon,
      run: () => go(hrefOf(route)),
    })),
    ...here.map((element, nr) => ({
      id: `here-${nr}`,
      group: t('actionsGroup'),
      label: element.textContent ?? '',
      icon: Search,
      run: () => element.click(),
    })),
    {
      id: 'theme',
      group: t('actionsGroup'),
      label: `${t('appearance')}: ${t(isDark ? 'themeLight' : 'themeDark')}`,
      icon: isDark ? Sun : Moon,
      run: () => setPreferences({ theme: isDark ? 'light' : 'dark' }),
    },
    { id: 'keys', group: t('actionsGroup'), label: t('shortcuts'), icon: Keyboard, run: onShortcuts },
    { id: 'out', group: t('actionsGroup'), label: texts('signOut'), icon: LogOut, run: signOut },
  ];
  return [
    ...commands.filter(({ label }) => label.toLowerCase().includes(text.toLowerCase())),
    ...results.map(({ source, item }) => ({
      id: item.id,
      group: t(source.label),
      label: source.name(item),
      icon: source.icon,
      run: () => go(source.href(item)),
    })),
  ];
}

/** Searches pages, actions, and the objects of every page by name. */
export function Palette({ onClose, onShortcuts }: { onClose(): void; onShortcuts(): void }) {
  const { announce } = useConsole();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const base = useId();
  const entries = useEntries(text.trim(), onShortcuts);
  const chosen = entries[Math.min(at, entries.length - 1)];
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
    if (text.trim() !== '' && entries.length === 0) announce(t('nothingFound'));
  });
  const run = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    // Run after the dialog has restored the focus, so that the command can move it.
    setTimeout(entry.run);
  };
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      if (entries.length > 0) setAt((Math.min(at, entries.length - 1) + step + entries.length) % entries.length);
    }
    if (event.key === 'Enter' && !event.isComposing) {
      event.preventDefault();
      run(chosen);
    }
  };
  return (
    <Dialog title={t('commands')} isTitleHidden class="palette" onClose={onClose}>
      <div class="palette-box">
        <Icon node={Search} />
        <input
          type="text"
          role="combobox"
          aria-label={t('commands')}
          aria-expanded="true"
          aria-controls={`${base}-list`}
          aria-activedescendant={chosen && `${base}-${chosen.id}`}
          aria-autocomplete="list"
          placeholder={t('commandsHint')}
          autocomplete="off"
          spellcheck={false}
          value={text}
          onInput={({ currentTarget }) => {
            setText(currentTarget.value);
            setAt(0);
          }}
          onKeyDown={press}
        />
      </div>
      <div ref={list} class="palette-list" role="listbox" id={`${base}-list`} aria-label={t('commands')}>
        {entries.map((entry, nr) => (
          <div key={entry.id} role="presentation">
            {entries[nr - 1]?.group !== entry.group && (
              <p class="palette-group" role="presentation">
                {entry.group}
              </p>
            )}
            <div
              role="option"
              tabIndex={-1}
              id={`${base}-${entry.id}`}
              aria-selected={entry === chosen}
              onClick={() => run(entry)}
              onKeyDown={(event) => event.key === 'Enter' && run(entry)}
              onMouseMove={() => nr !== at && setAt(nr)}
            >
              <Icon node={entry.icon} size={16} />
              <span>{entry.label}</span>
            </div>
          </div>
        ))}
      </div>
      {entries.length === 0 && <p class="palette-none">{t('nothingFound')}</p>}
    </Dialog>
  );
}

const DARK = '(prefers-color-scheme: dark)';
