import { randomBytes } from 'node:crypto';
import { ICON_LINK } from '@countersign/protocol/icon';
import { readLanguage } from '@countersign/ui/i18n/read-languages';
import type { Context } from 'hono';
import { html, raw } from 'hono/html';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { AppEnv } from '../http/context.ts';
import type { MailLanguage } from '../kernel/mail.ts';
import { PAGE_STYLE } from './style.ts';
import { type PageText, readPageTexts } from './texts.ts';

export type Html = ReturnType<typeof html>;

export interface Page {
  language: MailLanguage;
  title: PageText;
  body: Html;
  status?: ContentfulStatusCode;
  /** The one script of the page. By default there is none, and the policy allows none. */
  script?: string;
}

/** A page that a link in a mail opens. It cannot be framed, and its forms go to this service alone. */
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
<style nonce="${nonce}">${raw(PAGE_STYLE)}</style>
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

export function paragraphs(...texts: string[]): Html {
  return html`${texts.map((text) => html`<p>${text}</p>`)}`;
}
