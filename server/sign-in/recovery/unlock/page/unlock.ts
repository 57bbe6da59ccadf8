import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import { clientInfo } from '../../../../http/client-info.ts';
import type { AppEnv } from '../../../../http/context.ts';
import { type ServiceOrigins, sameOrigin } from '../../../../http/middleware/same-origin.ts';
import type { Ports } from '../../../../kernel/ports/ports.ts';
import { isRefusal } from '../../../../kernel/result.ts';
import { readBrand } from '../../../../messages/hosted-pages/brand.ts';
import { showFault, showUnknownAddress } from '../../../../messages/hosted-pages/fault.ts';
import { readForm } from '../../../../messages/hosted-pages/form.ts';
import {
  paragraphs,
  showDone,
  showLinkPage,
  showPage,
  type View,
  viewOf,
} from '../../../../messages/hosted-pages/pages.ts';
import { type PageTexts, readPageTexts } from '../../../../messages/hosted-pages/texts.ts';
import { unlockOwnTokens, viewUnlock } from '../unlock-own-tokens.ts';

type Needs = Pick<Ports, 'texts' | 'store' | 'clock' | 'random' | 'courier' | 'reportFault'> & ServiceOrigins;

/**
 * The page of a link that unlocks its user's tokens: it has a button, because mail programs open links before users do.
 *
 *     GET  /unlock#…   submits the link that follows `#` to itself
 *     POST /unlock     asks; once confirmed, unlocks
 */
export function unlock(ports: Needs) {
  const app = new Hono<AppEnv>();
  app.onError((error, c) => showFault(c as Context<AppEnv>, error));
  app.on(['POST'], ['/unlock'], sameOrigin(ports));

  app.get('/unlock', async (c) => {
    const view = await viewOf(ports, c, c.req.query('lang'), await readBrand(ports, c.req.query('resource')));
    return showLinkPage(c, { ...view, title: 'unlockTitle' });
  });

  app.post('/unlock', async (c) => {
    const { link = '', lang, confirmed, resource } = await readForm(c, ['link', 'lang', 'confirmed', 'resource']);
    const seen = await viewUnlock(ports, link);
    // A valid link knows its resource, whatever the address of the page says.
    const view = await viewOf(ports, c, lang, await readBrand(ports, isRefusal(seen) ? resource : seen.resource));
    if (isRefusal(seen)) return showInvalid(c, view);
    const { language } = view;
    const t = readPageTexts(view);
    if (confirmed !== 'yes') {
      const body = confirmForm(t, { link, language, login: seen.user.login });
      return showPage(c, { ...view, title: 'unlockTitle', body });
    }
    const verdict = await unlockOwnTokens(ports, clientInfo(c), { link, language });
    if (isRefusal(verdict)) return showInvalid(c, view);
    return showDone(c, { ...view, title: 'unlockedTitle', text: t('unlockedText'), login: seen.user.login });
  });
  app.get('/unlock/*', showUnknownAddress);
  return app;
}

function confirmForm(t: PageTexts, form: { link: string; language: string; login: string }) {
  return html`<form method="post" action="/unlock">
<p>${t('unlockText')}</p>
<input type="hidden" name="link" value="${form.link}">
<input type="hidden" name="lang" value="${form.language}">
<input type="hidden" name="confirmed" value="yes">
<label for="login">${t('choosingFor')}</label>
<input id="login" autocomplete="username" value="${form.login}" readonly>
<button>${t('unlock')}</button>
</form>`;
}

function showInvalid(c: Context<AppEnv>, view: View): Promise<Response> {
  const body = paragraphs(readPageTexts(view)('unlockInvalidText'));
  return showPage(c, { ...view, title: 'invalidTitle', body, status: 403 });
}
