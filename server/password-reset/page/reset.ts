import { REFUSALS } from '@countersign/protocol/codes';
import { type Context, Hono } from 'hono';
import { readForm } from '../../hosted-pages/form.ts';
import { paragraphs, showLinkPage, showPage } from '../../hosted-pages/pages.ts';
import { type PageTexts, pageLanguage, readPageTexts } from '../../hosted-pages/texts.ts';
import { runAfterResponse } from '../../http/after-response.ts';
import { clientInfo } from '../../http/client-info.ts';
import type { AppEnv } from '../../http/context.ts';
import { sameOrigin } from '../../http/middleware/same-origin.ts';
import { onError, RequestRefusal } from '../../http/problem.ts';
import { parseId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { isRefusal, type Refusal } from '../../kernel/result.ts';
import { minLengthOf } from '../../passwords/password-policy.ts';
import { requestPasswordReset } from '../request-password-reset.ts';
import { viewReset } from '../reset-link.ts';
import { resetPassword } from '../reset-password.ts';
import { chooseForm, requestForm } from './forms.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'hasher' | 'geo' | 'courier'> & { issuer: string };

/** 256 code points are never longer in any encoding; a longer password is refused at once. */
const MAX_PASSWORD_TEXT = 2048;

/**
 * The password reset, as pages of the service: in the frame, a site would have one more form for a password to imitate.
 *
 *     GET  /reset?resource=…        asks for a name
 *     POST /reset                   sends a link, or not
 *     GET  /reset/password#…        sends itself the secret of the URL fragment
 *     POST /reset/password          asks for a password; with one, sets it
 */
export function reset(ports: Needs) {
  const app = new Hono<AppEnv>();
  app.onError((error, c) => showFault(c as Context<AppEnv>, error));
  app.on(['POST'], ['/reset', '/reset/password'], sameOrigin(ports.issuer));

  app.get('/reset', (c) => {
    const language = languageOf(c, c.req.query('lang'));
    if (ports.courier.isAbsent) return showRefusal(c, language, { refused: 'MAIL_NOT_CONFIGURED' });
    const body = requestForm(readPageTexts(language), { resource: c.req.query('resource') ?? '', language });
    return showPage(c, { language, title: 'askTitle', body });
  });

  app.post('/reset', async (c) => {
    const form = await readForm(c, ['resource', 'name', 'lang']);
    const language = languageOf(c, form.lang);
    const t = readPageTexts(language);
    const name = form.name?.trim() ?? '';
    const resource = parseId('res', form.resource);
    if (!resource) return showRefusal(c, language, { refused: 'RESOURCE_NOT_FOUND' });
    if (name === '' || name.length > 200) {
      const body = requestForm(t, { resource, language }, t('loginMissing'));
      return showPage(c, { language, title: 'askTitle', body, status: 422 });
    }
    const verdict = await requestPasswordReset(ports, clientInfo(c), { resource, name, language });
    if (isRefusal(verdict)) return showRefusal(c, language, verdict);
    runAfterResponse(c, verdict.deliver);
    return showPage(c, { language, title: 'askedTitle', body: paragraphs(t('askedText'), t('askedMore')) });
  });

  app.get('/reset/password', (c) => {
    return showLinkPage(c, { language: languageOf(c, c.req.query('lang')), title: 'chooseTitle' });
  });

  app.post('/reset/password', async (c) => {
    const { link = '', password, again, lang } = await readForm(c, ['link', 'password', 'again', 'lang']);
    const language = languageOf(c, lang);
    const t = readPageTexts(language);
    // Checked again for the form: after any error of the password, the page names the rule that applies.
    const seen = await viewReset(ports, link, c.get('clientAddress'));
    if (isRefusal(seen)) return showRefusal(c, language, seen);
    const ask = (mistake?: string) => {
      const body = chooseForm(t, { link, language, ...seen }, mistake);
      return showPage(c, { language, title: 'chooseTitle', body, status: mistake === undefined ? 200 : 422 });
    };
    if (password === undefined) return ask();
    if (password === '') return ask(t('passwordMissing'));
    if (password !== again) return ask(t('passwordsDiffer'));
    if (password.length > MAX_PASSWORD_TEXT) return ask(t('tooLong'));
    const verdict = await resetPassword(ports, clientInfo(c), { link, password, language });
    if (isRefusal(verdict)) {
      const mistake = passwordErrorText(t, verdict, seen.secondFactor);
      return mistake === undefined ? showRefusal(c, language, verdict) : ask(mistake);
    }
    runAfterResponse(c, verdict.deliver);
    return showPage(c, { language, title: 'doneTitle', body: paragraphs(t('doneText')) });
  });
  return app;
}

function languageOf(c: Context<AppEnv>, asked: string | undefined) {
  return pageLanguage(asked, c.req.header('accept-language'));
}

/** The error of the password itself; undefined for another error. */
function passwordErrorText(t: PageTexts, verdict: Refusal, secondFactor: boolean): string | undefined {
  if (verdict.refused === 'PASSWORD_TOO_SHORT') return t('tooShort', { min: minLengthOf({ secondFactor }) });
  if (verdict.refused === 'PASSWORD_TOO_LONG') return t('tooLong');
  if (verdict.refused === 'PASSWORD_COMMON') return t(verdict.flaw ?? 'listed');
  return undefined;
}

function showRefusal(
  c: Context<AppEnv>,
  language: ReturnType<typeof pageLanguage>,
  { refused, retryAfterMs }: Refusal,
) {
  const t = readPageTexts(language);
  const { status } = REFUSALS[refused];
  c.set('refusal', refused);
  if (retryAfterMs !== undefined) c.header('retry-after', String(Math.max(1, Math.ceil(retryAfterMs / 1000))));
  if (refused === 'RESET_LINK_INVALID') {
    return showPage(c, { language, title: 'invalidTitle', body: paragraphs(t('invalidText')), status });
  }
  const text =
    refused === 'RATE_LIMITED' ? t('waitText') : refused === 'MAIL_NOT_CONFIGURED' ? t('noMailText') : t('deniedText');
  return showPage(c, { language, title: 'deniedTitle', body: paragraphs(text), status });
}

/** Log and status are those of every fault; the text is for users. */
async function showFault(c: Context<AppEnv>, error: Error): Promise<Response> {
  const problem = await onError(error, c);
  if (error instanceof RequestRefusal) return problem;
  const language = languageOf(c, c.req.query('lang'));
  const retryAfter = problem.headers.get('retry-after');
  if (retryAfter !== null) c.header('retry-after', retryAfter);
  const status = problem.status === 503 ? 503 : 500;
  return showPage(c, { language, title: 'busyTitle', body: paragraphs(readPageTexts(language)('busyText')), status });
}
