import type { PROTOCOL_VERSION, ToFrame, ToHost } from '@countersign/protocol/frame-protocol';
import type { HostedStart } from './flow-client.ts';
import type { awaitHost, Host } from './handshake.ts';

/** Not imported: what both this and the frame import would be one more file for every frame. */
const v = 1 satisfies typeof PROTOCOL_VERSION;

/** What only a page of its own wears. */
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
  /** The site to go back to, as people read it. */
  site: string;
  /** On a page of our own: what the flow is begun with, in place of a nonce and an origin. */
  own?: HostedStart;
}

/**
 * Who the sign-in speaks to where no frame is around it: the page that opened this window, or, on our own page, nobody
 * but the address that the server has written into it. Undefined: it was opened by itself.
 *
 * @param listen `awaitHost`, handed over for the same reason
 */
export async function resolveHost(
  root: HTMLElement,
  hints: URLSearchParams,
  listen: typeof awaitHost,
): Promise<StandaloneHost | undefined> {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  document.adoptedStyleSheets.push(sheet);
  if ('request' in root.dataset) return ownPage(root.dataset);
  if ('enrols' in root.dataset) return enrolmentPage(hints.get('resource') ?? '');
  if ('self' in root.dataset) return selfPage(hints.get('resource') ?? '');
  const origin = hints.get('origin');
  const opener: Window | null = window.opener;
  if (!location.pathname.endsWith('/popup') || !origin || !opener) return undefined;
  const connected = listen(window, { parent: opener, hintedOrigin: origin, ancestorOrigin: undefined });
  // Exactly that origin: should another page have taken the opener's place, the browser drops the message.
  opener.postMessage({ v, type: 'knock' }, origin);
  return { host: await connected, resource: hints.get('resource') ?? '', site: new URL(origin).host };
}

/** Here the page itself is what elsewhere the loader is, at the other end of a port that nobody else can reach. */
function ownPage({ request = '', resource = '', return: target = '', given }: DOMStringMap): StandaloneHost {
  const secret = location.hash.slice(1);
  // Out of the address and the history; a reload goes on with the flow that the tab remembers.
  history.replaceState(null, '', location.pathname + location.search);
  const { port1, port2 } = new MessageChannel();
  const mount = 'own-page';
  const begin: ToFrame = {
    type: 'begin',
    nonce: `login-request-of.${request}`,
    loginRequest: given === undefined ? '' : 'given',
  };
  port2.onmessage = ({ data }: MessageEvent<ToHost>) => {
    if (data.type === 'want') port2.postMessage({ v, mount, ...begin });
    if (data.type === 'success') post(target, data.result);
  };
  const look = { theme: 'auto', locale: '', closable: false, variables: null };
  return {
    host: { type: 'connect', mount, slot: 0, origin: location.origin, port: port1, ...look },
    resource,
    site: target && new URL(target).host,
    own: { path: 'redirected-flows', body: { loginRequest: `lrq.${request}.${secret}` } },
  };
}

/**
 * The page that a mailed link leads to. The link stays in the address until it is used up: a phone throws the page away while
 * its owner is in the authenticator app, and has to find it again.
 */
function enrolmentPage(resource: string): StandaloneHost {
  const link = location.hash.slice(1);
  const { port1, port2 } = new MessageChannel();
  const mount = 'own-page';
  // What the tab remembers of the flow is bound to the link, of which it keeps a digest alone.
  const begin: ToFrame = { type: 'begin', nonce: `enrolment-link.${link}`, loginRequest: 'given' };
  port2.onmessage = ({ data }: MessageEvent<ToHost>) => {
    if (data.type === 'want') port2.postMessage({ v, mount, ...begin });
    if (data.type === 'success') history.replaceState(null, '', location.pathname + location.search);
  };
  const look = { theme: 'auto', locale: hintedLanguage(), closable: false, variables: null };
  return {
    host: { type: 'connect', mount, slot: 0, origin: location.origin, port: port1, ...look },
    resource,
    site: '',
    own: { path: 'enrolment-flows', body: { link } },
  };
}

/** The page on which people see and manage what is theirs. There is no site around it, and nothing that it gives away. */
function selfPage(resource: string): StandaloneHost {
  const { port1, port2 } = new MessageChannel();
  const mount = 'own-page';
  const begin: ToFrame = { type: 'begin', nonce: `self-service-of.${resource}`, loginRequest: '' };
  port2.onmessage = ({ data }: MessageEvent<ToHost>) => {
    if (data.type === 'want') port2.postMessage({ v, mount, ...begin });
  };
  const look = { theme: 'auto', locale: hintedLanguage(), closable: false, variables: null };
  return {
    host: { type: 'connect', mount, slot: 0, origin: location.origin, port: port1, ...look },
    resource,
    site: '',
    own: { path: 'self-flows', body: { resource } },
  };
}

/** Of the mail, or the page, that led here. */
function hintedLanguage(): string {
  return new URLSearchParams(location.search).get('lang') ?? '';
}

/** The page's policy lets a form go to this one address and to no other. */
function post(target: string, result: string): void {
  const form = Object.assign(document.createElement('form'), { method: 'post', action: target, hidden: true });
  form.append(
    Object.assign(document.createElement('input'), { type: 'hidden', name: 'countersign_result', value: result }),
  );
  document.body.append(form);
  form.submit();
}
