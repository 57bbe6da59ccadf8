import { render } from 'preact';
import { type Look, readToFrame } from '../../shared/wire/frame-protocol.ts';
import { english, loadTexts } from '../i18n/texts.ts';
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
  const texts = await loadTexts(navigator.languages);
  render(<p class="alone">{texts('alone')}</p>, document.body);
} else {
  const host = await awaitHost(window, {
    parent,
    hintedOrigin: hints.get('origin'),
    ancestorOrigin: location.ancestorOrigins?.[0],
  });
  run(host, hints.get('resource') ?? '');
}

/** The frame, from the moment that its page is known. */
function run(host: Host, resource: string): void {
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
        hasActed={hasActed}
        isGiven={isGiven}
        resetUrl={'reset' in root.dataset ? `/reset?resource=${resource}` : undefined}
        card={watch}
        signIn={signIn}
        onPasskey={onPasskey}
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
    client: createFlowClient((...request) => fetch(...request)),
    memoryOf: (nonce, loginRequest) => createFlowMemory({ resource, origin, slot, nonce, loginRequest }),
    say,
    show(next) {
      screen = next;
      draw();
      void followPasskeys();
    },
    isInSight: async () => !!card && isInSight(card),
  });

  /** What knows passkeys is loaded when a step first asks for one. */
  let passkeys: Promise<typeof import('./passkey/passkeys.ts')> | undefined;
  let loaded: typeof import('./passkey/passkeys.ts') | undefined;
  const loadPasskeys = async () => {
    passkeys ??= import('./passkey/passkeys.ts');
    loaded = await passkeys.catch(() => (passkeys = undefined));
    return loaded;
  };
  const followPasskeys = async () => {
    const { kind } = screen;
    const request = kind === 'step' && !screen.busy ? screen.view.passkey : undefined;
    if (request && !loaded) await loadPasskeys();
    const isNameAsked = screen.kind === 'step' && screen.step === 'identify';
    void loaded?.offerInField(isNameAsked ? request : undefined, signIn.showPasskey);
  };
  const onPasskey = (inWindow: boolean) =>
    void signIn.usePasskey((request) => {
      // Loaded already, this is still the click, in which a window may be opened.
      if (loaded) return loaded.ask(request, wordsOf(), inWindow);
      return loadPasskeys().then((late) => late?.ask(request, wordsOf(), inWindow) ?? { failure: 'passkeyUnknown' });
    });
  const wordsOf = () => ({
    lang: texts.lang,
    dir: texts.dir,
    name,
    title: texts('passkeyTitle'),
    text: texts('passkeyHint'),
    button: texts('continue'),
    failed: {
      passkeyCancelled: texts('passkeyCancelled'),
      passkeyRefused: texts('passkeyRefused'),
      passkeyUnknown: texts('passkeyUnknown'),
      passkeyBlocked: texts('passkeyBlocked'),
    },
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
