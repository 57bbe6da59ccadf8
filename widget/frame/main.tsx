import '@countersign/ui/tokens.css';
import '@countersign/ui/form.css';
import type { SavedLook } from '@countersign/protocol/appearance';
import { type FrameAppearance, readToFrame } from '@countersign/protocol/frame-protocol';
import { render } from 'preact';
import { english, loadTexts, withOwnTexts } from '../i18n/texts.ts';
import { App } from './app.tsx';
import { browserSignals } from './browser-signals.ts';
import type { LoadedEnrolment } from './enrolment/index.tsx';
import type { Extra } from './extras.ts';
import { createFlowClient } from './flow-client.ts';
import { createFlowMemory } from './flow-memory.ts';
import { awaitHost, createPostMessage, type Host } from './handshake.ts';
import type { PasskeyModule } from './passkey/loaded.ts';
import { isEnrolling, isSelfService, type Screen } from './screen.ts';
import { createSignIn, firstView } from './sign-in.ts';
import type { StandaloneHost } from './standalone.ts';
import { isAbout } from './steps/fields.ts';
import { isVisibleToUser } from './visibility.ts';
import './styles/card.css';
import './styles/form.css';
import './styles/marks.css';

const hints = new URLSearchParams(location.search);
const root = document.documentElement;
const { dataset } = root;
const name = document.title;

void start();

/** Waits for the embedding page, or for the page that opened this window. */
async function start(): Promise<void> {
  if (parent === window) {
    // Loaded on demand, since few users come here.
    const standalone = await import('./standalone.ts').then((late) => late.resolveHost(root, hints, awaitHost));
    if (standalone) run(standalone.host, standalone.resource, standalone);
  } else {
    const host = await awaitHost(window, {
      parent,
      hintedOrigin: hints.get('origin'),
      ancestorOrigin: location.ancestorOrigins?.[0],
    });
    run(host, hints.get('resource') ?? '');
  }
}

/** Runs the frame once its host is known. */
function run(host: Host, resource: string, { site, own, from }: Partial<StandaloneHost> = {}): void {
  const { port, origin, slot, mount } = host;
  const post = createPostMessage(host);
  let look: FrameAppearance = host;
  let saved = JSON.parse(dataset.saved ?? '{}') as SavedLook;
  let texts = english;
  let hasTexts = false;
  let screen: Screen = { kind: 'loading' };
  let hasActed = !!window.early?.sent;
  let isUserKnown = false;
  /** The passkey module, loaded when a step first needs it; null if that failed. */
  let passkeys: PasskeyModule | null | undefined;
  /** The enrolment module, loaded likewise. */
  let enrolment: LoadedEnrolment | null | undefined;
  /** The self-service module, loaded likewise. */
  let self: LoadedEnrolment | null | undefined;
  const isLinked = own?.path === 'enrolment-flows';
  /** The module that shows a question or a transaction, loaded likewise. */
  let about: typeof import('./steps/about.tsx') | null | undefined;
  /** Draws what few resources have below the field. */
  let extra: Extra | undefined;
  let card: HTMLElement | null = null;
  /** The first step that the document shows, and whether its screen still waits for what the script needs to draw it. */
  const { first } = dataset;
  let isWaiting = !!document.querySelector('.card');

  const size = new ResizeObserver(
    () => card && post({ type: 'size', height: Math.ceil(card.getBoundingClientRect().height) }),
  );

  const draw = () => {
    const wasWaiting = isWaiting;
    if (wasWaiting && (!hasTexts || (first === 'passkey' && passkeys === undefined))) return;
    isWaiting = false;
    if (screen.kind !== 'step' || screen.step !== 'identify') delete dataset.first;
    render(
      <App
        screen={hasTexts ? screen : { kind: 'loading' }}
        texts={texts}
        name={name}
        logo={dataset.logo}
        site={site}
        isTest={'test' in dataset}
        look={saved}
        isAlone={'alone' in dataset}
        isNext={hasActed}
        isUserKnown={isUserKnown}
        resetUrl={'reset' in dataset ? `/reset?resource=${resource}&origin=${from ?? origin}` : undefined}
        card={watch}
        signIn={signIn}
        passkeys={passkeys}
        isEnrolment={isEnrolling(screen, isLinked)}
        enrolment={isSelfService(screen) ? self : enrolment}
        about={about}
        extra={extra}
        onPasskey={onPasskey}
        onClose={look.closable ? () => post({ type: 'close' }) : undefined}
      />,
      document.body,
    );
    if (wasWaiting && window.early?.sent) document.forms[0]?.requestSubmit();
  };
  const watch = (element: HTMLElement | null) => {
    if (element === card) return;
    card = element;
    size.disconnect();
    if (element) size.observe(element);
  };

  const client = createFlowClient(
    // While it is under attack, the service asks for work first (PUZZLE_NEEDED).
    async (...request) => {
      const answer = await fetch(...request);
      return answer.status === 428 ? import('./solve.ts').then((late) => late.solve(answer, request)) : answer;
    },
    () => (hasTexts ? root.lang : (look.locale ?? navigator.language)),
    own,
  );
  const signIn = createSignIn({
    resource,
    origin,
    client,
    memoryOf: (nonce, loginRequest) => createFlowMemory({ resource, origin, slot, nonce, loginRequest }),
    post,
    show(next) {
      screen = next;
      draw();
      void loadModules();
      void loadAbout();
    },
    traits: 'traits' in dataset ? browserSignals : undefined,
    isVisible: async () => !!card && isVisibleToUser(card),
    first: first === undefined ? undefined : firstView(first === 'passkey'),
  });

  /** Loads the modules that the current step needs. */
  const loadModules = async () => {
    if (isSelfService(screen)) {
      self ||= await import('./self-service/index.tsx').then((late) => late.loadSelf(texts.lang)).catch(() => null);
      draw();
    } else if (isEnrolling(screen, isLinked)) {
      enrolment ||= await import('./enrolment/index.tsx')
        .then((late) => late.loadEnrolment(texts.lang))
        .catch(() => null);
      draw();
    }
    const usablePasskey = () => (screen.kind === 'step' && !screen.busy ? screen.view.passkey : undefined);
    if (usablePasskey()) {
      passkeys ||= await import('./passkey/passkeys.ts').catch(() => null);
      draw();
    }
    const request = usablePasskey();
    const isFirst = screen.kind === 'step' && screen.step === 'identify';
    // Empty until the service has started the flow.
    void passkeys?.offerInField(isFirst && request?.challenge ? request : undefined, signIn.showPasskey);
  };
  const loadAbout = async () => {
    if (screen.kind !== 'step' || !isAbout(screen.view)) return;
    about ||= await import('./steps/about.tsx').catch(() => null);
    draw();
  };
  // Called within the click, because it may open a window.
  const onPasskey = (inWindow: boolean) => {
    const loaded = passkeys;
    if (loaded)
      void signIn.startPasskey((request) => loaded.requestPasskeyAnywhere(request, { texts, name, inWindow }));
  };

  const applyAppearance = () =>
    import('./appearance.ts').then(
      (late) => {
        saved = late.showLook(look);
        draw();
      },
      () => {},
    );
  const applyLanguage = async () => {
    const locale = look.locale || saved.locale;
    const loaded = await withOwnTexts(await loadTexts(locale ? [locale] : navigator.languages));
    texts = loaded;
    hasTexts = true;
    root.lang = loaded.lang;
    root.dir = loaded.dir;
    draw();
    // Reload them in the new language when they are next needed.
    enrolment = self = undefined;
    void loadModules();
  };
  const update = (next: FrameAppearance) => {
    const isSameLanguage = next.locale === look.locale && hasTexts;
    look = next;
    void applyAppearance();
    if (isSameLanguage) draw();
    else void applyLanguage();
  };

  port.onmessage = ({ data }) => {
    const message = readToFrame(data, mount);
    switch (message?.type) {
      case 'begin':
        isUserKnown = message.loginRequest !== '';
        return void signIn.begin(message.nonce, message.loginRequest, look.variables);
      case 'failed':
        return signIn.fail();
      case 'update':
        return update(message);
      case 'reset':
        return signIn.restart();
      case 'focus': {
        // As at the next step of a sign-in: a transaction is read before it is confirmed.
        const find = (what: string) => card?.querySelector<HTMLElement>(what);
        return ((!find('dl') && find('input:not([readonly])')) || find('h1'))?.focus();
      }
    }
  };
  for (const event of ['click', 'keydown']) {
    document.addEventListener(event, () => {
      hasActed = true;
    });
  }
  document.addEventListener('visibilitychange', signIn.checkTime);

  if (dataset.extras)
    import('./extras.ts').then(
      async (late) => {
        extra = await late.loadExtras(client, resource);
        draw();
      },
      () => {},
    );

  const greet = () => post({ type: 'hello' });
  const { theme, locale, closable, variables } = host;
  // The document has the look that its address names, or that is saved.
  if (own || hints.get('look') === JSON.stringify({ theme, locale, closable, variables })) greet();
  else void applyAppearance().then(greet);
  signIn.start();
  void applyLanguage();
}
