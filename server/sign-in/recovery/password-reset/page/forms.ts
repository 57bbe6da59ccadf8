import type { Puzzle } from '@countersign/protocol/puzzle';
import { html } from 'hono/html';
import type { Html, View } from '../../../../messages/hosted-pages/pages.ts';
import { type PageTexts, readPageTexts } from '../../../../messages/hosted-pages/texts.ts';
import { minLengthOf } from '../../../../passwords/password-policy.ts';

export interface RequestForm {
  resource: string;
  /** The name as typed before. */
  name?: string;
  /** The error of the previous submission, in the page's language. */
  mistake?: string;
  /** Solved by {@link SOLVE}, which then sends the form. */
  puzzle?: Puzzle;
}

export function requestForm(view: View, { resource, name, mistake, puzzle }: RequestForm): Html {
  const { language, brand } = view;
  const t = readPageTexts(view);
  return html`<form method="post" action="/reset">
<p>${t('askText')}</p>
<input type="hidden" name="resource" value="${resource}">
<input type="hidden" name="lang" value="${language}">
${brand?.origin === undefined ? '' : html`<input type="hidden" name="origin" value="${brand.origin}">`}
<label for="name">${t('login')}</label>
<input id="name" name="name" autocomplete="username" maxlength="200" value="${name ?? ''}" required ${fieldAttributes(mistake)}>
${errorParagraph(mistake)}
${puzzle === undefined ? '' : proofField(t, puzzle)}
<button>${t('send')}</button>
</form>`;
}

/** Fills in the login that was typed in the sign-in. It is in the URL fragment, which the page removes from the history. */
export const FILL_NAME = `const { hash, pathname, search } = location;
const typed = new URLSearchParams(hash.slice(1)).get('name');
if (typed) document.forms[0].elements.name.value = typed;
if (hash) history.replaceState(null, '', pathname + search);`;

/** The line stays empty unless the work takes long. */
function proofField(t: PageTexts, puzzle: Puzzle): Html {
  return html`<input type="hidden" name="proof" data-puzzle="${JSON.stringify(puzzle)}">
<p role="status" data-late="${t('checking')}"></p>
<noscript><p>${t('needsScript')}</p></noscript>`;
}

/** The same work as in the widget, which loads it as a part of its own. */
export const SOLVE = `const [form] = document.forms;
const { proof } = form.elements;
const { challenge, seal, target, guesses, iterations } = JSON.parse(proof.dataset.puzzle);
const line = document.querySelector('[data-late]');
setTimeout(() => { line.textContent = line.dataset.late; }, 2000);
const encode = (text) => new TextEncoder().encode(text);
const keyOf = async (password, guess) => {
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt: encode(String(guess)), iterations };
  const bits = await crypto.subtle.deriveBits(how, password, 256);
  return Array.from(new Uint8Array(bits), (byte) => byte.toString(16).padStart(2, '0')).join('');
};
const solve = async () => {
  const password = await crypto.subtle.importKey('raw', encode(challenge), 'PBKDF2', false, ['deriveBits']);
  for (let first = 0; first < guesses; first += 8) {
    const keys = await Promise.all(Array.from({ length: 8 }, (_, at) => keyOf(password, first + at)));
    const right = keys.find((key) => key.startsWith(target));
    if (right) {
      proof.value = challenge + '.' + seal + '.' + right;
      return form.submit();
    }
  }
};
void solve();`;

interface ChooseForm {
  link: string;
  language: string;
  login: string;
  secondFactor: boolean;
}

export function chooseForm(t: PageTexts, form: ChooseForm, mistake?: string): Html {
  const rule = t('rule', { min: minLengthOf(form) });
  return html`<form method="post" action="/reset/password">
<input type="hidden" name="link" value="${form.link}">
<input type="hidden" name="lang" value="${form.language}">
<label for="login">${t('choosingFor')}</label>
<input id="login" autocomplete="username" value="${form.login}" readonly>
<label for="password">${t('password')}</label>
<div class="box"><input id="password" name="password" type="password" autocomplete="new-password" required ${fieldAttributes(mistake)}>${showButton(t)}</div>
${mistake === undefined ? html`<p class="hint" id="about">${rule}</p>` : errorParagraph(mistake)}
<label for="again">${t('again')}</label>
<div class="box"><input id="again" name="again" type="password" autocomplete="new-password" required>${showButton(t)}</div>
<button>${t('save')}</button>
</form>`;
}

/** The eye in a field for a password. It needs a script, so it is hidden without one. */
function showButton(t: PageTexts): Html {
  return html`<button type="button" aria-pressed="false" aria-label="${t('showPassword')}" hidden><svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true"><path d="M1.8 10S4.8 4.5 10 4.5 18.2 10 18.2 10 15.2 15.5 10 15.5 1.8 10 1.8 10zM10 7.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5"/><path class="shut" d="m3.5 16.5 13-13"/></svg></button>`;
}

/** A field is a password again before it is sent: a browser stores no text of a plain field, and no password is one. */
export const SHOW_PASSWORDS = `const shown = (button, isShown) => {
  button.setAttribute('aria-pressed', isShown);
  button.previousElementSibling.type = isShown ? 'text' : 'password';
};
const buttons = document.querySelectorAll('.box button');
for (const button of buttons) {
  button.hidden = false;
  button.onclick = () => shown(button, button.getAttribute('aria-pressed') === 'false');
}
document.forms[0].addEventListener('submit', () => buttons.forEach((button) => shown(button, false)));`;

/** Links the rule or the error to its field, so that screen readers read it out. */
function fieldAttributes(mistake: string | undefined): Html {
  return mistake === undefined
    ? html`aria-describedby="about"`
    : html`aria-describedby="about" aria-invalid="true" autofocus`;
}

function errorParagraph(mistake: string | undefined): Html {
  return mistake === undefined ? html`` : html`<p class="error" id="about" role="alert">${mistake}</p>`;
}
