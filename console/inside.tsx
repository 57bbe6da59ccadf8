import { useRef } from 'preact/hooks';
import { CONSOLE_PLACES } from '../shared/wire/console-places.ts';
import type { SessionView } from '../shared/wire/session.ts';
import { Home } from './home/home.tsx';
import type { Texts } from './i18n/texts.ts';
import { OwnSignIn } from './own/own-sign-in.tsx';
import { Seal } from './parts/icons.tsx';
import type { Client } from './service/client.ts';
import type { InnerPlace, Visit } from './visit.ts';

export interface InsideProps {
  client: Client;
  texts: Texts;
  visit: Visit;
  place: InnerPlace;
  session: SessionView;
  isNext: boolean;
}

const NAVIGATION: readonly InnerPlace[] = ['home', 'ownSignIn'];

/** Behind the door: the frame that all rooms share, and the room one is in. Loaded when somebody has signed in. */
export function Inside({ client, texts, visit, place, session, isNext }: InsideProps) {
  const follow = (to: InnerPlace) => (event: MouseEvent) => {
    // Other tabs and windows are the browser's business.
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    visit.goTo(to);
  };
  const content = useRef<HTMLElement>(null);
  const room = { client, texts, session, isNext };
  return (
    <div class="inside">
      <button type="button" class="skip" onClick={() => content.current?.focus()}>
        {texts('skip')}
      </button>
      <header class="bar">
        <div class="bar-name">
          <Seal />
          <p class="name">{session.account.name}</p>
        </div>
        <nav aria-label={texts('pages')}>
          {NAVIGATION.map((to) => (
            <a key={to} href={CONSOLE_PLACES[to]} aria-current={to === place ? 'page' : undefined} onClick={follow(to)}>
              {texts(to)}
            </a>
          ))}
        </nav>
        <button type="button" class="secondary" onClick={() => visit.signOut()}>
          {texts('signOut')}
        </button>
      </header>
      <main ref={content} tabIndex={-1}>
        {place === 'home' && <Home key="home" {...room} />}
        {place === 'ownSignIn' && <OwnSignIn key="own" {...room} onChanged={() => visit.renew()} />}
      </main>
    </div>
  );
}
