import { CONSOLE_ROUTES } from '@countersign/protocol/console-routes';
import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { refusalText, type Texts } from './i18n/texts.ts';
import { LinkPage } from './links/link-page.tsx';
import { PAGES } from './pages.ts';
import { Loading, Message } from './parts/card.tsx';
import type { Preferences } from './preferences.ts';
import type { Router, Stage } from './router.ts';
import type { Client } from './service/client.ts';
import type { QueryCache } from './service/query-cache.ts';
import type { Drafts } from './shell/drafts.ts';
import type { ShellProps } from './shell/shell.tsx';
import { SignInPage } from './sign-in/sign-in-page.tsx';

export interface AppProps {
  client: Client;
  reads: QueryCache;
  drafts: Drafts;
  preferences: Preferences;
  setPreferences(changes: Partial<Preferences>): void;
  texts: Texts;
  router: Router;
  stage: Stage;
}

export function App({ stage, ...rest }: AppProps) {
  const { client, texts, router } = rest;
  const isNext = useHasMoved(stage);
  switch (stage.kind) {
    case 'loading':
      return <Loading texts={texts} />;
    case 'link':
      return (
        <LinkPage
          key={stage.secret}
          client={client}
          texts={texts}
          route={stage.route}
          secret={stage.secret}
          onAccepted={(known) => router.signIn(known)}
        />
      );
    case 'sign-in':
      return (
        <SignInPage
          client={client}
          texts={texts}
          known={stage.known}
          hasEnded={stage.hasEnded}
          onSession={router.enter}
        />
      );
    case 'inside':
      return <LazyShell {...rest} address={stage.address} session={stage.session} isNext={isNext} />;
    case 'unknown':
      return (
        <Message
          texts={texts}
          title={texts('unknownTitle')}
          text={texts('unknownText')}
          action={{ label: texts('toHome'), run: () => location.assign(CONSOLE_ROUTES.home[0]) }}
        />
      );
    case 'offline':
    case 'refused':
      return (
        <Message
          texts={texts}
          title={texts(`${stage.kind}Title`)}
          text={stage.kind === 'offline' ? texts('offlineText') : refusalText(texts, stage.code)}
          action={{ label: texts('tryAgain'), run: () => router.start('') }}
        />
      );
  }
}

/** True once the user has left the first page: from then on the focus follows navigation. */
function useHasMoved(stage: Stage): boolean {
  const arrived = useRef<string | undefined>(undefined);
  const hasMoved = useRef(false);
  const here = stage.kind === 'inside' ? stage.address.path : stage.kind;
  if (here !== 'loading') arrived.current ??= here;
  if (arrived.current !== undefined && here !== arrived.current) hasMoved.current = true;
  return hasMoved.current;
}

/** Loads the signed-in part of the console only after sign-in. */
function LazyShell(props: ShellProps) {
  const [loaded, setLoaded] = useState<{ Shell: ComponentType<ShellProps> }>();
  const [isLost, setLost] = useState(false);
  const { texts } = props;
  const { lang } = texts;
  const { route } = props.address;
  useEffect(() => {
    // Load the page in parallel with the shell, which shows the error if this fails.
    PAGES[route].load().catch(() => undefined);
  }, [route]);
  useEffect(() => {
    import('./shell/shell.tsx')
      .then(({ loadShell }) => loadShell(lang))
      .then(
        (Shell) => setLoaded({ Shell }),
        () => setLost(true),
      );
  }, [lang]);
  if (loaded) {
    const { Shell } = loaded;
    // A change of language keeps the page, its state and the focus.
    return <Shell {...props} />;
  }
  if (!isLost) return <Loading texts={texts} />;
  return (
    <Message
      texts={texts}
      title={texts('offlineTitle')}
      text={texts('offlineText')}
      // The browser does not fetch a module again that failed to load, so reload the page.
      action={{ label: texts('tryAgain'), run: () => location.reload() }}
    />
  );
}
