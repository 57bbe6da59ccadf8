import type { SessionView } from '@countersign/protocol/session';
import { Seal } from '@countersign/ui/icons.tsx';
import { Menu, Search } from 'lucide';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Texts } from '../i18n/texts.ts';
import { Icon } from '../parts/icon.tsx';
import type { Preferences } from '../preferences.ts';
import type { Address, Router } from '../router.ts';
import type { Client } from '../service/client.ts';
import type { QueryCache } from '../service/query-cache.ts';
import { Confirm } from './confirm.tsx';
import { ConsoleContext, type Note, type Question } from './context.ts';
import dialogs from './dialogs.css?inline';
import type { Drafts } from './drafts.ts';
import edit from './edit.css?inline';
import { t } from './i18n.ts';
import { injectStyle } from './inject-style.ts';
import lists from './lists.css?inline';
import { MailNotice } from './mail-notice.tsx';
import { Navigation, SIDE } from './navigation.tsx';
import { PageOutlet } from './page-outlet.tsx';
import pages from './pages.css?inline';
import { Palette } from './palette.tsx';
import parts from './parts.css?inline';
import { refusals } from './refusals.ts';
import sections from './sections.css?inline';
import frame from './shell.css?inline';
import { ShortcutsHelp } from './shortcuts-help.tsx';
import { type Toast, Toasts } from './toasts.tsx';
import { useLeaveWarning } from './use-leave-warning.ts';
import { useShortcuts } from './use-shortcuts.ts';

export interface ShellProps {
  client: Client;
  reads: QueryCache;
  drafts: Drafts;
  texts: Texts;
  router: Router;
  address: Address;
  session: SessionView;
  preferences: Preferences;
  setPreferences(changes: Partial<Preferences>): void;
  isNext: boolean;
}

/** Loads the texts and the style of the shell. */
export async function loadShell(lang: string) {
  await Promise.all([t.load(lang), refusals.load(lang)]);
  for (const css of [frame, pages, parts, dialogs, lists, edit, sections]) injectStyle(css);
  return Shell;
}

type OpenOverlay = 'palette' | 'shortcuts';
let lastToastId = 0;

/** The signed-in console: the shell and the current page. Loaded after sign-in. */
function Shell(props: ShellProps) {
  const { router, session, address } = props;
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const [announcement, setAnnouncement] = useState('');
  const [open, setOpen] = useState<OpenOverlay>();
  const [confirmation, setConfirmation] = useState<{ question: Question; answer(isYes: boolean): void }>();
  const isOnline = useIsOnline(props.reads);
  const content = useRef<HTMLElement>(null);

  const notify = useCallback((note: Note) => {
    lastToastId += 1;
    const toast = { ...note, id: lastToastId };
    setToasts((before) => [...before.slice(-2), toast]);
  }, []);
  const go = useCallback(
    (href: string, replace?: boolean) => {
      const side = document.getElementById(SIDE);
      if (side?.matches(':popover-open')) side.hidePopover();
      router.goTo(href, replace);
    },
    [router],
  );
  const context: ConsoleContext = useMemo(
    () => ({
      ...props,
      go,
      notify,
      ask: (question) => new Promise((answer) => setConfirmation({ question, answer })),
      announce: setAnnouncement,
      renew: () => router.renew(),
      signOut: () => router.signOut(),
    }),
    [props, go, notify, router],
  );
  useShortcuts(props.preferences.hasShortcuts, go, setOpen);
  // Drafts survive navigation within the console, but not leaving it.
  useLeaveWarning(() => props.drafts.size() > 0);
  const lastPath = useRef(address.path);
  useLayoutEffect(() => {
    // A new page starts at its top.
    if (lastPath.current !== address.path) scrollTo(0, 0);
    lastPath.current = address.path;
  }, [address.path]);

  const close = () => setOpen(undefined);
  return (
    <ConsoleContext.Provider value={context}>
      <div class="inside">
        <button type="button" class="skip" onClick={() => content.current?.focus()}>
          {props.texts('skip')}
        </button>
        <header class="bar">
          <button type="button" class="quiet square menu-button" popovertarget={SIDE} aria-label={t('menu')}>
            <Icon node={Menu} size={20} />
          </button>
          <div class="bar-name">
            <Seal />
            <p class="name">{session.account.name}</p>
          </div>
          <button
            type="button"
            class="search-button"
            aria-label={t('searchEverywhere')}
            onClick={() => setOpen('palette')}
          >
            <Icon node={Search} size={16} />
            <span>{t('searchEverywhere')}</span>
            <kbd>{isMac() ? '⌘ K' : 'Ctrl K'}</kbd>
          </button>
        </header>
        <Navigation onShortcuts={() => setOpen('shortcuts')} />
        <main ref={content} tabIndex={-1}>
          {!isOnline && (
            <p class="strip" role="status">
              {t('offline')}
            </p>
          )}
          <MailNotice />
          <PageOutlet />
        </main>
        <Toasts
          toasts={toasts}
          notify={notify}
          onGone={(id) => setToasts((before) => before.filter((one) => one.id !== id))}
        />
        <p class="unseen" role="status">
          {announcement}
        </p>
        {open === 'palette' && <Palette onClose={close} onShortcuts={() => setOpen('shortcuts')} />}
        {open === 'shortcuts' && <ShortcutsHelp onClose={close} />}
        {confirmation && (
          <Confirm
            question={confirmation.question}
            onAnswer={(isYes) => {
              confirmation.answer(isYes);
              setConfirmation(undefined);
            }}
          />
        )}
      </div>
    </ConsoleContext.Provider>
  );
}

function isMac(): boolean {
  return /Mac|iP(?:hone|ad)/.test(navigator.userAgent);
}

function useIsOnline(reads: QueryCache): boolean {
  const [isOnline, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const update = () => {
      setOnline(navigator.onLine);
      if (navigator.onLine) reads.online();
    };
    addEventListener('online', update);
    addEventListener('offline', update);
    return () => {
      removeEventListener('online', update);
      removeEventListener('offline', update);
    };
  }, [reads]);
  return isOnline;
}
