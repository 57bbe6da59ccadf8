import { render } from 'preact';
import { type Look, readToFrame } from '../../shared/wire/frame-protocol.ts';
import { english, loadTexts } from '../i18n/texts.ts';
import type { Alone } from './alone.ts';
import { App } from './app.tsx';
import { applyLook } from './appearance.ts';
import { createFlowClient } from './flow-client.ts';
import { createFlowMemory } from './flow-memory.ts';
import { awaitHost, type Host, sayTo } from './handshake.ts';
import type { Screen } from './screen.ts';
import { isInSight } from './sight.ts';
import { createSignIn } from './sign-in.ts';
import './style.css';

const hints = new URLSearchParams(location.search);
const root = document.documentElement;
const name = document.title;

if (parent === window) {
  // Few come here, so it is loaded when they do.
  const { findHost } = await import('./alone.ts');
  const alone = await findHost(root, hints, awaitHost);
  if (alone) {
    root.dataset.alone = '';
    run(alone.host, alone.resource, alone);
  } else {
    const texts = await loadTexts(navigator.languages);
    render(<p class="alone">{texts('alone')}</p>, document.body);
  }
} else {
  const host = await awaitHost(window, {
    parent,
    hintedOrigin: hints.get('origin'),
    ancestorOrigin: location.ancestorOrigins?.[0],
  });
  run(host, hints.get('resource') ?? '');
}

/** The frame, from the moment that its page is known. */
function run(host: Host, resource: string, { site, loginRequest }: Partial<Alone> = {}): void {
  const { port, origin, slot, mount } = host;
  const say = sayTo(host);
  let look: Look = host;
  let texts = english;
  let hasTexts = false;
  let screen: Screen = { kind: 'loading' };
  let hasActed = false;
  let isGiven = false;
  let card: HTMLElement | null = null;

  const size = new ResizeObserver(() => card && say({ type: 'size', height: card.getBoundingClientRect().height }));

  const draw = () => {
    render(
      <App
        screen={hasTexts ? screen : { kind: 'loading' }}
        texts={texts}
        name={name}
        logo={root.dataset.logo}
        site={site}
        isTest={'test' in root.dataset}
        hasActed={hasActed}
        isGiven={isGiven}
        resetUrl={'reset' in root.dataset ? `/reset?resource=${resource}` : undefined}
        card={watch}
        signIn={signIn}
        onClose={look.closable ? () => say({ type: 'close' }) : undefined}
      />,
      document.body,
    );
  };
  const watch = (element: HTMLElement | null) => {
    if (element === card) return;
    card = element;
    size.disconnect();
    if (element) size.observe(element);
  };

  const signIn = createSignIn({
    resource,
    origin,
    client: createFlowClient(
      (...request) => fetch(...request),
      () => (hasTexts ? root.lang : (look.locale ?? navigator.language)),
      loginRequest,
    ),
    memoryOf: (nonce, loginRequest) => createFlowMemory({ resource, origin, slot, nonce, loginRequest }),
    say,
    show(next) {
      screen = next;
      draw();
    },
    isInSight: async () => !!card && isInSight(card),
  });

  const dress = () => applyLook(look, root, (query) => matchMedia(query).matches);
  const speak = async () => {
    const loaded = await loadTexts(look.locale ? [look.locale] : navigator.languages);
    texts = loaded;
    hasTexts = true;
    root.lang = loaded.lang;
    root.dir = loaded.dir;
    draw();
  };
  const take = (next: Look) => {
    const isSameLanguage = next.locale === look.locale && hasTexts;
    look = next;
    dress();
    if (isSameLanguage) draw();
    else void speak();
  };

  port.onmessage = ({ data }) => {
    const message = readToFrame(data, mount);
    switch (message?.type) {
      case 'begin':
        isGiven = message.loginRequest !== '';
        return void signIn.begin(message.nonce, message.loginRequest);
      case 'failed':
        return signIn.fail();
      case 'update':
        return take(message);
      case 'reset':
        return signIn.restart();
      case 'focus':
        return card?.querySelector<HTMLElement>('input:not([readonly]), .primary, h1')?.focus();
    }
  };
  for (const act of ['click', 'keydown']) {
    document.addEventListener(act, () => {
      hasActed = true;
    });
  }
  for (const query of ['(prefers-color-scheme: dark)', '(prefers-contrast: more)']) {
    matchMedia(query).addEventListener('change', dress);
  }
  document.addEventListener('visibilitychange', signIn.checkTime);

  take(look);
  say({ type: 'hello' });
  signIn.start();
}
