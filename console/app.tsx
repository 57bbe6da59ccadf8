import type { ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { refusalText, type Texts } from './i18n/texts.ts';
import type { InsideProps } from './inside.tsx';
import { LinkRoom } from './links/link-room.tsx';
import { Loading, Message } from './parts/card.tsx';
import type { Client } from './service/client.ts';
import { SignInRoom } from './sign-in/sign-in-room.tsx';
import type { Stage, Visit } from './visit.ts';

export interface AppProps {
  client: Client;
  texts: Texts;
  visit: Visit;
  stage: Stage;
}

export function App({ client, texts, visit, stage }: AppProps) {
  const isNext = useHasMoved(stage);
  switch (stage.kind) {
    case 'loading':
      return <Loading texts={texts} />;
    case 'link':
      return (
        <LinkRoom
          key={stage.secret}
          client={client}
          texts={texts}
          place={stage.place}
          secret={stage.secret}
          onAccepted={(known) => visit.signIn(known)}
        />
      );
    case 'sign-in':
      return (
        <SignInRoom
          client={client}
          texts={texts}
          known={stage.known}
          hasEnded={stage.hasEnded}
          onSession={visit.enter}
        />
      );
    case 'inside':
      return (
        <Later
          client={client}
          texts={texts}
          visit={visit}
          place={stage.place}
          session={stage.session}
          isNext={isNext}
        />
      );
    case 'unknown':
      return (
        <Message
          texts={texts}
          title={texts('unknownTitle')}
          text={texts('unknownText')}
          action={{ label: texts('toHome'), run: () => location.assign('/console') }}
        />
      );
    case 'offline':
    case 'refused':
      return (
        <Message
          texts={texts}
          title={texts(stage.kind === 'offline' ? 'offlineTitle' : 'refusedTitle')}
          text={stage.kind === 'offline' ? texts('offlineText') : refusalText(texts, stage.code)}
          action={{ label: texts('tryAgain'), run: () => visit.start('') }}
        />
      );
  }
}

/** Whether somebody has gone on from where they arrived: from then on the focus goes along. */
function useHasMoved(stage: Stage): boolean {
  const arrived = useRef<string | undefined>(undefined);
  const hasMoved = useRef(false);
  const here = stage.kind === 'inside' ? stage.place : stage.kind;
  if (here !== 'loading') arrived.current ??= here;
  if (arrived.current !== undefined && here !== arrived.current) hasMoved.current = true;
  return hasMoved.current;
}

/** What is behind the door is not sent to whoever stands before it. */
function Later(props: InsideProps) {
  const [Inside, setInside] = useState<ComponentType<InsideProps>>();
  const [isLost, setLost] = useState(false);
  useEffect(() => {
    import('./inside.tsx').then(
      (loaded) => setInside(() => loaded.Inside),
      () => setLost(true),
    );
  }, []);
  if (Inside) return <Inside {...props} />;
  if (!isLost) return <Loading texts={props.texts} />;
  const { texts } = props;
  return (
    <Message
      texts={texts}
      title={texts('offlineTitle')}
      text={texts('offlineText')}
      // A module that did not load is not asked for again by the same page.
      action={{ label: texts('tryAgain'), run: () => location.reload() }}
    />
  );
}
