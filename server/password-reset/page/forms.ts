import { html } from 'hono/html';
import type { Html, View } from '../../hosted-pages/pages.ts';
import { type PageTexts, readPageTexts } from '../../hosted-pages/texts.ts';
import { minLengthOf } from '../../passwords/password-policy.ts';

/** `mistake`: the error of the previous submission, in the page's language. */
export function requestForm(view: View, resource: string, mistake?: string): Html {
  const { language, brand } = view;
  const t = readPageTexts(view);
  return html`<form method="post" action="/reset">
<p>${t('askText')}</p>
<input type="hidden" name="resource" value="${resource}">
<input type="hidden" name="lang" value="${language}">
${brand?.back === undefined ? '' : html`<input type="hidden" name="origin" value="${brand.back}">`}
<label for="name">${t('login')}</label>
<input id="name" name="name" autocomplete="username" maxlength="200" required ${fieldAttributes(mistake)}>
${errorParagraph(mistake)}
<button>${t('send')}</button>
</form>`;
}

export interface ChooseForm {
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
