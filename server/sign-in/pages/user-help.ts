import { Hono } from 'hono';
import { html } from 'hono/html';
import type { AppEnv } from '../../http/context.ts';
import { readBrand } from '../../messages/hosted-pages/brand.ts';
import { showPage, viewOf } from '../../messages/hosted-pages/pages.ts';
import { type PageText, readPageTexts } from '../../messages/hosted-pages/texts.ts';

/** What users are refused for, and what they can do. `docs/users.md` says more. */
const ADVICE = [
  ['helpDetails', 'helpDetailsText'],
  ['helpCode', 'helpCodeText'],
  ['helpNoCode', 'helpNoCodeText'],
  ['helpLocked', 'helpLockedText'],
  ['helpLost', 'helpLostText'],
  ['helpPasskey', 'helpPasskeyText'],
  ['helpPlace', 'helpPlaceText'],
  ['helpElse', 'helpElseText'],
] as const satisfies readonly (readonly [PageText, PageText])[];

/**
 * The help to which a refused sign-in leads: `GET /help?resource=…`, with `lang=…` or the widget's `look=…`. It knows
 * neither the user nor the refusal, so it says the same to all. Of a resource it shows what every visitor of its sign-in
 * sees.
 */
export function userHelp(ports: Parameters<typeof readBrand>[0]) {
  const app = new Hono<AppEnv>();
  app.get('/help', async (c) => {
    const { resource, origin, lang, look } = c.req.query();
    const view = await viewOf(ports, c, lang ?? localeOf(look), await readBrand(ports, resource, origin));
    const t = readPageTexts(view);
    const shown = view.brand?.shown;
    const site = shown?.title ?? '';
    const { help, support } = shown?.links ?? {};
    const body = html`${shown && html`<p>${t('helpFor', { site })}</p>`}
${help && html`<p><a href="${help}">${t('helpOfSite', { site })}</a></p>`}
${ADVICE.map(([question, answer]) => html`<h2>${t(question)}</h2>\n<p>${t(answer)}</p>`)}
${support && html`<p><a href="${support}">${t('helpContact', { site })}</a></p>`}`;
    return showPage(c, { ...view, title: 'helpTitle', body });
  });
  return app;
}

/** The widget links to its help with the query of its own address, which has the page's language in its look. */
function localeOf(look: string | undefined): string | undefined {
  try {
    const { locale } = Object(JSON.parse(look ?? '{}')) as { locale?: unknown };
    return typeof locale === 'string' ? locale : undefined;
  } catch {
    return undefined;
  }
}
