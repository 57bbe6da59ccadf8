import { randomBytes } from 'node:crypto';
import { ICON_LINK } from '@countersign/protocol/icon';
import { readLanguage } from '@countersign/ui/i18n/read-languages';
import type { Context } from 'hono';
import { html, raw } from 'hono/html';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { AppEnv } from '../../../http/context.ts';
import type { MailLanguage } from '../../../kernel/mail.ts';
import { PASSWORD_MIN_LENGTH, PASSWORD_MIN_LENGTH_WITH_SECOND_FACTOR } from '../../password-policy.ts';
import { RESET_STYLE } from './style.ts';
import { type PageText, type PageTexts, readPageTexts } from './texts.ts';

type Html = ReturnType<typeof html>;

export interface Page {
  language: MailLanguage;
  title: PageText;
  body: Html;
  status?: ContentfulStatusCode;
  /** The one script of the page. By default there is none, and the policy allows none. */
  script?: string;
}

/** A page of the password reset. It cannot be framed, and its forms go to this service alone. */
export async function showPage(
  c: Context<AppEnv>,
  { language, title, body, status = 200, script }: Page,
): Promise<Response> {
  const nonce = randomBytes(18).toString('base64url');
  const scripts = script === undefined ? '' : `script-src 'nonce-${nonce}'; `;
  c.header(
    'content-security-policy',
    `default-src 'none'; ${scripts}style-src 'nonce-${nonce}'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  );
  // With `no-referrer`, browsers send `Origin: null` with our own forms, which would then be refused as forged.
  c.header('referrer-policy', 'strict-origin');
  c.header('cache-control', 'no-store');
  const t = readPageTexts(language);
  const direction = readLanguage(t.lang).direction;
  return c.html(
    html`<!doctype html>
<html lang="${t.lang}" dir="${direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${t(title)}</title>
${raw(ICON_LINK)}
<style nonce="${nonce}">${raw(RESET_STYLE)}</style>
</head>
<body>
<main>
<h1>${t(title)}</h1>
${body}
<footer>${t('secured')}</footer>
</main>
${script === undefined ? '' : html`<script nonce="${nonce}">${raw(script)}</script>`}
</body>
</html>
`,
    status,
  );
}

const SEND_LINK = `const [form] = document.forms;
form.elements.link.value = location.hash.slice(1);
history.replaceState(null, '', location.pathname);
form.submit();`;

/**
 * The page of a mailed link. The secret is in the URL fragment, which browsers do not send (SR-40). The page removes it
 * from the address bar and the tab's history, and sends it in the body of one request to its own path.
 */
export function showLinkPage(c: Context<AppEnv>, { language, title }: Pick<Page, 'language' | 'title'>) {
  const body = html`<form method="post" action="${c.req.path}">
<input type="hidden" name="link">
<input type="hidden" name="lang" value="${language}">
<noscript><p>${readPageTexts(language)('needsScript')}</p></noscript>
</form>`;
  return showPage(c, { language, title, body, script: SEND_LINK });
}

/** `mistake`: the error of the previous submission, in the page's language. */
export function askForm(t: PageTexts, asked: { resource: string; language: string }, mistake?: string): Html {
  return html`<form method="post" action="/reset">
<p>${t('askText')}</p>
<input type="hidden" name="resource" value="${asked.resource}">
<input type="hidden" name="lang" value="${asked.language}">
<label for="name">${t('login')}</label>
<input id="name" name="name" autocomplete="username" maxlength="200" required ${marks(mistake)}>
${mistakeOf(mistake)}
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
  const rule = t('rule', { min: minLength(form.secondFactor) });
  return html`<form method="post" action="/reset/password">
<input type="hidden" name="link" value="${form.link}">
<input type="hidden" name="lang" value="${form.language}">
<label for="login">${t('choosingFor')}</label>
<input id="login" autocomplete="username" value="${form.login}" readonly>
<label for="password">${t('password')}</label>
<input id="password" name="password" type="password" autocomplete="new-password" required ${marks(mistake)}>
${mistake === undefined ? html`<p class="hint" id="about">${rule}</p>` : mistakeOf(mistake)}
<label for="again">${t('again')}</label>
<input id="again" name="again" type="password" autocomplete="new-password" required>
<button>${t('save')}</button>
</form>`;
}

export function paragraphs(...texts: string[]): Html {
  return html`${texts.map((text) => html`<p>${text}</p>`)}`;
}

export function minLength(secondFactor: boolean): number {
  return secondFactor ? PASSWORD_MIN_LENGTH_WITH_SECOND_FACTOR : PASSWORD_MIN_LENGTH;
}

/** Links the rule or the error to its field, so that screen readers read it out. */
function marks(mistake: string | undefined): Html {
  return mistake === undefined
    ? html`aria-describedby="about"`
    : html`aria-describedby="about" aria-invalid="true" autofocus`;
}

function mistakeOf(mistake: string | undefined): Html {
  return mistake === undefined ? html`` : html`<p class="error" id="about" role="alert">${mistake}</p>`;
}
