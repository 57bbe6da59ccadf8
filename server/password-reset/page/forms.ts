import { html } from 'hono/html';
import type { Html } from '../../hosted-pages/pages.ts';
import type { PageTexts } from '../../hosted-pages/texts.ts';
import { minLengthOf } from '../../passwords/password-policy.ts';

/** `mistake`: the error of the previous submission, in the page's language. */
export function requestForm(t: PageTexts, asked: { resource: string; language: string }, mistake?: string): Html {
  return html`<form method="post" action="/reset">
<p>${t('askText')}</p>
<input type="hidden" name="resource" value="${asked.resource}">
<input type="hidden" name="lang" value="${asked.language}">
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
<input id="password" name="password" type="password" autocomplete="new-password" required ${fieldAttributes(mistake)}>
${mistake === undefined ? html`<p class="hint" id="about">${rule}</p>` : errorParagraph(mistake)}
<label for="again">${t('again')}</label>
<input id="again" name="again" type="password" autocomplete="new-password" required>
<button>${t('save')}</button>
</form>`;
}

/** Links the rule or the error to its field, so that screen readers read it out. */
function fieldAttributes(mistake: string | undefined): Html {
  return mistake === undefined
    ? html`aria-describedby="about"`
    : html`aria-describedby="about" aria-invalid="true" autofocus`;
}

function errorParagraph(mistake: string | undefined): Html {
  return mistake === undefined ? html`` : html`<p class="error" id="about" role="alert">${mistake}</p>`;
}
