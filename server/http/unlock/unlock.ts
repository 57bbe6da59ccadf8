import { type Context, Hono } from 'hono';
import { html } from 'hono/html';
import type { MailLanguage } from '../../domain/mail/mail.ts';
import type { Ports } from '../../ports/index.ts';
import { unlockOwnTokens, viewUnlock } from '../../usecases/unlock/unlock-own-tokens.ts';
import { isRefusal } from '../../usecases/verdict.ts';
import type { AppEnv } from '../context.ts';
import { sameOrigin } from '../middleware/same-origin.ts';
import { readForm } from '../reset/form.ts';
import { paragraphs, showPage } from '../reset/pages.ts';
import { PAGE_TEXTS, pageLanguage } from '../reset/texts.ts';
import { whenceOf } from '../whence.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'courier'> & { issuer: string };

/**
 * The page behind a link that unlocks its person's tokens: a button, since mail programs open links before people do.
 *
 *     GET /unlock?link=…   asks     POST /unlock   unlocks
 */
export function unlock(ports: Needs) {
  const app = new Hono<AppEnv>();
  app.on(['POST'], ['/unlock'], sameOrigin(ports.issuer));

  app.get('/unlock', async (c) => {
    const language = languageOf(c, c.req.query('lang'));
    const link = c.req.query('link') ?? '';
    const verdict = await viewUnlock(ports, link);
    if (isRefusal(verdict)) return showInvalid(c, language);
    const texts = PAGE_TEXTS[language];
    const body = html`<form method="post" action="/unlock">
<p>${texts.unlockText}</p>
<input type="hidden" name="link" value="${link}">
<input type="hidden" name="lang" value="${language}">
<label for="login">${texts.choosingFor}</label>
<input id="login" autocomplete="username" value="${verdict.user.login}" readonly>
<button>${texts.unlock}</button>
</form>`;
    return showPage(c, { language, title: 'unlockTitle', body });
  });

  app.post('/unlock', async (c) => {
    const { link = '', lang } = await readForm(c, ['link', 'lang']);
    const language = languageOf(c, lang);
    const verdict = await unlockOwnTokens(ports, whenceOf(c), { link, language });
    if (isRefusal(verdict)) return showInvalid(c, language);
    return showPage(c, { language, title: 'unlockedTitle', body: paragraphs(PAGE_TEXTS[language].unlockedText) });
  });
  return app;
}

function showInvalid(c: Context<AppEnv>, language: MailLanguage): Promise<Response> {
  const body = paragraphs(PAGE_TEXTS[language].unlockInvalidText);
  return showPage(c, { language, title: 'invalidTitle', body, status: 403 });
}

function languageOf(c: Context<AppEnv>, asked: string | undefined): MailLanguage {
  return pageLanguage(asked, c.req.header('accept-language'));
}
