import { filledLoginKey } from '@countersign/protocol/filled-login';
import type { PROTOCOL_VERSION, ToFrame, ToHost } from '@countersign/protocol/frame-protocol';
import standalone from '@countersign/ui/i18n/locales/en/widget/standalone.json';
import { addEnglish, loadTexts } from '../i18n/texts.ts';
import type { HostedStart } from './flow-client.ts';
import type { awaitHost, Host } from './handshake.ts';

addEnglish(standalone);

/** Not imported: a shared module would be one more file for every frame. */
const v = 1 satisfies typeof PROTOCOL_VERSION;

/** The style of a standalone page. */
const STYLE = `
[data-alone] {
  background: color-mix(in srgb, var(--text) 5%, var(--card));
}

[data-alone] body {
  display: grid;
  place-items: center;
  min-height: 100dvh;
  padding: 16px;
}

[data-alone] .card {
  width: min(420px, 100%);
}

.site {
  display: block;
  font-weight: 400;
  font-size: 14px;
  color: var(--muted);
}

a.primary {
  box-sizing: border-box;
  display: block;
  text-align: center;
  text-decoration: none;
}

.card:has(a.primary) footer a[href*="?error="] {
  display: none;
}

.alone {
  max-width: 30em;
  margin: 20vh auto;
  padding: 0 20px;
  color: CanvasText;
}
`;

/** The sign-in outside a frame. */
export interface StandaloneHost {
  host: Host;
  resource: string;
  /** The site to return to, as shown to the user. */
  site: string;
  /** The origin that a password reset leads back to, if it is known. Default: that of the page around. */
  from?: string;
  /** On a page of the service: what starts the flow, instead of a nonce and an origin. */
  own?: HostedStart;
}

/**
 * Finds the host of a sign-in outside a frame. If the page was opened by itself, it says where it works.
 *
 * @param awaitConnect `awaitHost`, passed in to avoid a shared module
 */
export async function resolveHost(
  root: HTMLElement,
  hints: URLSearchParams,
  awaitConnect: typeof awaitHost,
): Promise<StandaloneHost | undefined> {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  document.adoptedStyleSheets.push(sheet);
  const found = await findHost(root, hints, awaitConnect);
  if (found) root.dataset.alone = '';
  else {
    const texts = await loadTexts(navigator.languages);
    const notice = Object.assign(document.createElement('main'), { className: 'alone', textContent: texts('alone') });
    document.body.append(notice);
  }
  return found;
}

/**
 * The page that opened this window, or, on a page of the service, the page itself with the address that the server
 * wrote into it.
 */
async function findHost(
  root: HTMLElement,
  hints: URLSearchParams,
  awaitConnect: typeof awaitHost,
): Promise<StandaloneHost | undefined> {
  if ('request' in root.dataset) return loginPage(root.dataset);
  if ('return' in root.dataset) return appPage(root.dataset);
  if ('enrols' in root.dataset) return enrolmentPage(hints);
  if ('self' in root.dataset) return selfPage(hints);
  const origin = hints.get('origin');
  const opener: Window | null = window.opener;
  if (!location.pathname.endsWith('/popup') || !origin || !opener) return undefined;
  const connected = awaitConnect(window, { parent: opener, hintedOrigin: origin, ancestorOrigin: undefined });
  // Posted to exactly that origin: if another page has replaced the opener, the browser drops the message.
  opener.postMessage({ v, type: 'knock' }, origin);
  return { host: await connected, resource: hints.get('resource') ?? '', site: new URL(origin).host };
}

/** A page of the service, with what is different in each. */
interface ServicePage extends Pick<StandaloneHost, 'resource' | 'from'> {
  /** Default: none. */
  site?: string;
  /** The language of the email or the page that led here. Default: the browser's. */
  locale?: string;
  /** What the flow that the tab stores is bound to: a reload resumes that of the same page alone. */
  nonce: string;
  /** True if the user is named elsewhere than here. Default false. */
  isGiven?: boolean;
  own: HostedStart;
  onSuccess?(result: string): void;
}

/** The page plays the loader's part itself, over a private port. */
function servicePage({
  resource,
  site = '',
  from = '',
  locale = '',
  nonce,
  isGiven,
  own,
  onSuccess,
}: ServicePage): StandaloneHost {
  const { port1, port2 } = new MessageChannel();
  const mount = 'own-page';
  const begin: ToFrame = { type: 'begin', nonce, loginRequest: isGiven ? 'given' : '' };
  port2.onmessage = ({ data }: MessageEvent<ToHost>) => {
    if (data.type === 'want') port2.postMessage({ v, mount, ...begin });
    if (data.type === 'success') onSuccess?.(data.result);
  };
  fillInLogin(resource);
  const look = { theme: 'auto', locale, closable: false, variables: null };
  return {
    host: { type: 'connect', mount, slot: 0, origin: location.origin, port: port1, ...look },
    resource,
    site,
    from,
    own,
  };
}

/** Fills in the login of a user who comes from choosing a password, once. */
function fillInLogin(resource: string): void {
  const login = takeLogin(filledLoginKey(resource));
  if (!login) return;
  new MutationObserver((_, watcher) => {
    if (!document.forms[0]) return;
    watcher.disconnect();
    const field = document.querySelector<HTMLInputElement>('#identify');
    if (field) field.value ||= login;
  }).observe(document.body, { childList: true, subtree: true });
}

function takeLogin(key: string): string | null {
  try {
    const login = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    return login;
  } catch {
    // Storage is blocked, so nothing was stored either.
    return null;
  }
}

/** The page that a site's backend has asked for. */
function loginPage({ request = '', resource = '', return: target = '', given }: DOMStringMap): StandaloneHost {
  const secret = location.hash.slice(1);
  removeFragment();
  return servicePage({
    resource,
    site: target && new URL(target).host,
    from: target && new URL(target).origin,
    nonce: `login-request-of.${request}`,
    isGiven: given !== undefined,
    own: { path: 'redirected-flows', body: { loginRequest: `lrq.${request}.${secret}` } },
    onSuccess: (result) => post(target, result),
  });
}

/** The page that a native app has opened. Its address has no secret: the verifier stays in the app. */
function appPage({ resource = '', return: target = '' }: DOMStringMap): StandaloneHost {
  const { search } = location;
  return servicePage({
    resource,
    nonce: `app-sign-in.${new URLSearchParams(search).get('code_challenge')}`,
    own: { path: 'app-flows', body: { query: search } },
    onSuccess: (address) => leave(target, address),
  });
}

/**
 * Goes back to the app. The page leaves the history, so that going back sends nothing again.
 *
 * @param address from the service; a process of a version that knows no apps would return the result itself
 */
function leave(target: string, address: string): void {
  if (!address.startsWith(`${target}?`)) return;
  location.replace(address);
  if (target.startsWith('http')) return;
  // The page stays. Some browsers open an app only after a click: a link takes the place of the one that declines.
  const next = document.querySelector(`footer a[href^="${target}?"]`)?.cloneNode(true);
  if (next) document.querySelector('.message')?.append(Object.assign(next, { className: 'primary', href: address }));
}

/**
 * The page of a mailed link. The link stays in the address until it is used, so that a page that the phone discarded
 * can find it again.
 */
function enrolmentPage(hints: URLSearchParams): StandaloneHost {
  const link = location.hash.slice(1);
  return servicePage({
    resource: hints.get('resource') ?? '',
    locale: hints.get('lang') ?? '',
    // A digest of it is stored.
    nonce: `enrolment-link.${link}`,
    isGiven: true,
    own: { path: 'enrolment-flows', body: { link } },
    onSuccess: removeFragment,
  });
}

/** The self-service page. It has no host site and returns no result. */
function selfPage(hints: URLSearchParams): StandaloneHost {
  const resource = hints.get('resource') ?? '';
  const nonce = `self-service-of.${resource}`;
  return servicePage({
    resource,
    from: location.origin,
    locale: hints.get('lang') ?? '',
    nonce,
    own: { path: 'self-flows', body: { resource } },
  });
}

/** Also from the history. A reload resumes the flow that the tab stores. */
function removeFragment(): void {
  history.replaceState(null, '', location.pathname + location.search);
}

/** The page's CSP allows a form to this one address only. */
function post(target: string, result: string): void {
  const form = Object.assign(document.createElement('form'), { method: 'post', action: target, hidden: true });
  form.append(
    Object.assign(document.createElement('input'), { type: 'hidden', name: 'countersign_result', value: result }),
  );
  document.body.append(form);
  form.submit();
}
