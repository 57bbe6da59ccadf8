import {
  type CreationOutcome,
  type PasskeyOutcome,
  WINDOW_READY,
  WINDOW_REQUEST,
  type WindowRequest,
} from '@countersign/protocol/passkey-window';
import { requestPasskey } from './ceremony.ts';
import { createPasskey } from './creation.ts';

/**
 * The window that a frame opens for a passkey. It announces itself to its opener, and the browser delivers that
 * message only to a page of the service. Its request comes from there alone.
 */
const opener = window.opener as Window | null;

if (opener) {
  window.addEventListener('message', ({ source, origin, data, ports: [port] }: MessageEvent) => {
    if (source !== opener || origin !== location.origin || Object(data).type !== WINDOW_REQUEST || !port) return;
    serve(data as WindowRequest, (outcome) => port.postMessage(outcome));
  });
  opener.postMessage({ type: WINDOW_READY }, location.origin);
}

/** Starts at once and again on the button, since some browsers require a click in the window itself. */
function serve({ words, ...asked }: WindowRequest, answer: (outcome: PasskeyOutcome | CreationOutcome) => void): void {
  document.documentElement.lang = words.lang;
  document.documentElement.dir = words.dir;
  document.title = words.title;

  const failure = element('p', 'error', '');
  failure.setAttribute('role', 'alert');
  const button = element('button', 'primary', words.button);
  const ask = async () => {
    failure.textContent = '';
    button.ariaDisabled = 'true';
    const outcome = 'creation' in asked ? await createPasskey(asked.creation) : await requestPasskey(asked.request);
    button.ariaDisabled = 'false';
    if (!('failure' in outcome)) return answer(outcome);
    failure.textContent = words.failed[outcome.failure] ?? '';
  };
  button.type = 'button';
  button.addEventListener('click', () => button.ariaDisabled !== 'true' && void ask());

  const card = element('main', 'card', '');
  const header = element('header', '', '');
  header.append(element('p', 'name', words.name));
  card.append(header, element('h1', '', words.title), element('p', 'hint', words.text), failure, button);
  document.body.replaceChildren(card);
  void ask();
}

function element<Name extends keyof HTMLElementTagNameMap>(name: Name, className: string, text: string) {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}
