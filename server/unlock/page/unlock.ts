import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import { readForm } from '../../hosted-pages/form.ts';
import { paragraphs, showLinkPage, showPage } from '../../hosted-pages/pages.ts';
import { type PageTexts, pageLanguage, readPageTexts } from '../../hosted-pages/texts.ts';
import { clientInfo } from '../../http/client-info.ts';
import type { AppEnv } from '../../http/context.ts';
import { sameOrigin } from '../../http/middleware/same-origin.ts';
import type { MailLanguage } from '../../kernel/mail.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { isRefusal } from '../../kernel/result.ts';
import { unlockOwnTokens, viewUnlock } from '../unlock-own-tokens.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'courier'> & { issuer: string };

/**
 * The page of a link that unlocks its user's tokens: it has a button, because mail programs open links before users do.
 *
 *     GET  /unlock#…   submits the link that follows `#` to itself
 *     POST /unlock     asks; once confirmed, unlocks
 */
export function unlock(ports: Needs) {
  const app = new Hono<AppEnv>();
  app.on(['POST'], ['/unlock'], sameOrigin(ports.issuer));

  app.get('/unlock', (c) => {
    return showLinkPage(c, { language: languageOf(c, c.req.query('lang')), title: 'unlockTitle' });
  });

  app.post('/unlock', async (c) => {
    const { link = '', lang, confirmed } = await readForm(c, ['link', 'lang', 'confirmed']);
    const language = languageOf(c, lang);
    if (confirmed !== 'yes') {
      const seen = await viewUnlock(ports, link);
      if (isRefusal(seen)) return showInvalid(c, language);
      const body = confirmForm(readPageTexts(language), { link, language, login: seen.user.login });
      return showPage(c, { language, title: 'unlockTitle', body });
    }
    const verdict = await unlockOwnTokens(ports, clientInfo(c), { link, language });
    if (isRefusal(verdict)) return showInvalid(c, language);
    return showPage(c, { language, title: 'unlockedTitle', body: paragraphs(readPageTexts(language)('unlockedText')) });
  });
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

function showInvalid(c: Context<AppEnv>, language: MailLanguage): Promise<Response> {
  const body = paragraphs(readPageTexts(language)('unlockInvalidText'));
  return showPage(c, { language, title: 'invalidTitle', body, status: 403 });
}

function languageOf(c: Context<AppEnv>, asked: string | undefined): MailLanguage {
  return pageLanguage(asked, c.req.header('accept-language'));
}
