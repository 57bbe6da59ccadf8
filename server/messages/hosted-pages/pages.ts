import { randomBytes } from 'node:crypto';
import { documentLook } from '@countersign/protocol/document-look';
import { filledLoginKey } from '@countersign/protocol/filled-login';
import { ICON_LINK } from '@countersign/protocol/icon';
import { readLanguage } from '@countersign/ui/i18n/read-languages';
import type { Context } from 'hono';
import { html, raw } from 'hono/html';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { AppEnv } from '../../http/context.ts';
import { csp } from '../../http/csp.ts';
import type { TextPorts } from '../../kernel/ports/ports.ts';
import { readOwnTexts } from '../texts/read-own-texts.ts';
import { type Brand, backText, brandHeader, pageFooter } from './brand.ts';
import { PAGE_STYLE } from './style.ts';
import { type PageLanguage, type PageText, pageLanguage, readPageTexts } from './texts.ts';

export type Html = ReturnType<typeof html>;

/** What all pages about one resource have in common. */
export interface View extends PageLanguage {
  /** The resource that the page is about, if it is known. */
  brand?: Brand | undefined;
}

/** @param asked the language that the page's address names; otherwise that of the resource, or the browser */
export async function viewOf(
  ports: TextPorts,
  c: Context<AppEnv>,
  asked: string | undefined,
  brand: Brand | undefined,
): Promise<View> {
  const language = pageLanguage(asked || brand?.shown.appearance?.locale, c.req.header('accept-language'));
  return { language, brand, own: await readOwnTexts(ports, language, brand?.shown.own) };
}

export interface Page extends View {
  title: PageText;
  body: Html;
  status?: ContentfulStatusCode;
  /** The one script of the page. By default there is none, and the policy allows none. */
  script?: string;
  /** True if the body leads back to the site, so that the footer does not. Default false. */
  isDone?: boolean;
}

/** A page that a link in a mail opens. It cannot be framed, and its forms go to this service alone. */
export async function showPage(
  c: Context<AppEnv>,
  { title, body, status = 200, brand, script, isDone = false, ...spoken }: Page,
): Promise<Response> {
  const nonce = randomBytes(18).toString('base64url');
  const own = `'nonce-${nonce}'`;
  c.header(
    'content-security-policy',
    csp({
      'script-src': script === undefined ? undefined : own,
      'style-src': own,
      'img-src': "'self'",
      'form-action': "'self'",
    }),
  );
  // With `no-referrer`, browsers send `Origin: null` with our own forms, which would then be refused as forged.
  c.header('referrer-policy', 'strict-origin');
  c.header('cache-control', 'no-store');
  const t = readPageTexts(spoken);
  const direction = readLanguage(t.lang).direction;
  const appearance = brand?.shown.appearance ?? {};
  // Values of the look are in their variables' formats, so they need no escape.
  const look = documentLook({ theme: appearance.theme, variables: {} }, appearance);
  return c.html(
    html`<!doctype html>
<html lang="${t.lang}" dir="${direction}"${look.tone ? html` data-tone="${look.tone}"` : ''}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="${look.colorScheme}">
<meta name="robots" content="noindex">
<title>${brand ? `${t(title)} · ${brand.shown.title}` : t(title)}</title>
${raw(ICON_LINK)}
<style nonce="${nonce}">${raw(PAGE_STYLE)}${raw(look.css)}</style>
</head>
<body>
<main>
${brand ? brandHeader(brand) : ''}<h1>${t(title)}</h1>
${body}
${pageFooter(spoken, t('secured'), brand, !isDone)}
</main>
${script === undefined ? '' : html`<script nonce="${nonce}">${raw(script)}</script>`}
</body>
</html>
`,
    status,
  );
}

/** Stores the login as the user leaves for the sign-in: in this tab, where only pages of the service can read it. */
const STORE_LOGIN = `const link = document.querySelector('.primary');
link.onclick = () => {
  try {
    sessionStorage.setItem(link.dataset.key, link.dataset.login);
  } catch {}
};`;

/** The last page of a task: it leads back to the sign-in, and fills in the login on pages of the service. */
export function showDone(
  c: Context<AppEnv>,
  { login, text, ...page }: View & Pick<Page, 'title'> & { login: string; text: string },
): Promise<Response> {
  const { brand } = page;
  if (!brand?.back) return showPage(c, { ...page, body: paragraphs(text) });
  const { resource, back, hasSignInPage } = brand;
  const filled = hasSignInPage ? html` data-key="${filledLoginKey(resource)}" data-login="${login}"` : '';
  const body = html`${paragraphs(text)}
<a class="primary" href="${back}"${filled}>${backText(page, brand)}</a>`;
  return showPage(c, { ...page, body, isDone: true, ...(hasSignInPage && { script: STORE_LOGIN }) });
}

const SEND_LINK = `const [form] = document.forms;
form.elements.link.value = location.hash.slice(1);
history.replaceState(null, '', location.pathname);
form.submit();`;

/**
 * The page of a mailed link. The secret is in the URL fragment, which browsers do not send (SR-40). The page removes it
 * from the address bar and the tab's history, and sends it in the body of one request to its own path.
 */
export function showLinkPage(c: Context<AppEnv>, page: View & Pick<Page, 'title'>) {
  const { language, brand } = page;
  const body = html`<form method="post" action="${c.req.path}">
<input type="hidden" name="link">
<input type="hidden" name="lang" value="${language}">
${brand ? html`<input type="hidden" name="resource" value="${brand.resource}">` : ''}<noscript><p>${readPageTexts(page)('needsScript')}</p></noscript>
</form>`;
  return showPage(c, { ...page, body, script: SEND_LINK });
}

export function paragraphs(...texts: string[]): Html {
  return html`${texts.map((text) => html`<p>${text}</p>`)}`;
}
