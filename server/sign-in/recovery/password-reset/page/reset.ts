import { REFUSALS } from '@countersign/protocol/codes';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { type Context, Hono } from 'hono';
import { runAfterResponse } from '../../../../http/after-response.ts';
import { clientInfo } from '../../../../http/client-info.ts';
import type { AppEnv } from '../../../../http/context.ts';
import { type ServiceOrigins, sameOrigin } from '../../../../http/middleware/same-origin.ts';
import { parseId } from '../../../../kernel/ids.ts';
import type { Ports } from '../../../../kernel/ports/ports.ts';
import { isRefusal, type Refusal } from '../../../../kernel/result.ts';
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
import { minLengthOf } from '../../../../passwords/password-policy.ts';
import { requestPasswordReset } from '../request-password-reset.ts';
import { viewReset } from '../reset-link.ts';
import { resetPassword } from '../reset-password.ts';
import { chooseForm, FILL_NAME, type RequestForm, requestForm, SHOW_PASSWORDS, SOLVE } from './forms.ts';

type Needs = Pick<
  Ports,
  | 'texts'
  | 'store'
  | 'clock'
  | 'random'
  | 'secrets'
  | 'hasher'
  | 'breachedPasswords'
  | 'geo'
  | 'courier'
  | 'reportFault'
  | 'proofOfWork'
> &
  ServiceOrigins;

/** 256 code points are never longer in any encoding; a longer password is refused at once. */
const MAX_PASSWORD_TEXT = 2048;

const CHOOSE_FIELDS = ['link', 'password', 'again', 'lang', 'resource'] as const;

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
  app.on(['POST'], ['/reset', '/reset/password'], sameOrigin(ports));

  app.get('/reset', async (c) => {
    const { resource = '', origin } = c.req.query();
    const view = await viewOf(ports, c, c.req.query('lang'), await readBrand(ports, resource, origin));
    if (ports.courier.isAbsent) return showRefusal(c, view, { refused: 'MAIL_NOT_CONFIGURED' });
    return showPage(c, { ...view, title: 'askTitle', body: requestForm(view, { resource }), script: FILL_NAME });
  });

  app.post('/reset', async (c) => {
    const form = await readForm(c, ['resource', 'origin', 'name', 'lang', 'proof']);
    const view = await viewOf(ports, c, form.lang, await readBrand(ports, form.resource, form.origin));
    const { language } = view;
    const t = readPageTexts(view);
    const name = form.name?.trim() ?? '';
    const resource = parseId('res', form.resource);
    if (!resource) return showRefusal(c, view, { refused: 'RESOURCE_NOT_FOUND' });
    if (name === '' || name.length > 200) {
      return showPage(c, {
        ...view,
        title: 'askTitle',
        body: requestForm(view, { resource, mistake: t('loginMissing') }),
        status: 422,
      });
    }
    const verdict = await requestPasswordReset(ports, clientInfo(c), {
      resource,
      name,
      language,
      origin: view.brand?.origin,
      solution: form.proof,
    });
    if (isRefusal(verdict) && verdict.puzzle) return askForProof(c, view, { resource, name }, verdict, !form.proof);
    if (isRefusal(verdict)) return showRefusal(c, view, verdict);
    runAfterResponse(c, verdict.deliver);
    return showPage(c, { ...view, title: 'askedTitle', body: paragraphs(t('askedText'), t('askedMore')) });
  });

  app.get('/reset/password', async (c) => {
    const view = await viewOf(ports, c, c.req.query('lang'), await readBrand(ports, c.req.query('resource')));
    return showLinkPage(c, { ...view, title: 'chooseTitle' });
  });

  app.post('/reset/password', async (c) => {
    const { link = '', password, again, lang, ...claimed } = await readForm(c, CHOOSE_FIELDS);
    // Checked again for the form: after any error of the password, the page names the rule that applies.
    const seen = await viewReset(ports, link, c.get('clientAddress'));
    // A valid link knows its resource, whatever the address of the page says.
    const { resource, origin } = isRefusal(seen) ? { ...claimed, origin: undefined } : seen;
    const view = await viewOf(ports, c, lang, await readBrand(ports, resource, origin));
    const { language } = view;
    const t = readPageTexts(view);
    if (isRefusal(seen)) return showRefusal(c, view, seen);
    const ask = (mistake?: string) => {
      const body = chooseForm(t, { link, language, ...seen }, mistake);
      const status = mistake === undefined ? 200 : 422;
      return showPage(c, { ...view, title: 'chooseTitle', body, status, script: SHOW_PASSWORDS });
    };
    if (password === undefined) return ask();
    if (password === '') return ask(t('passwordMissing'));
    if (password !== again) return ask(t('passwordsDiffer'));
    if (password.length > MAX_PASSWORD_TEXT) return ask(t('tooLong'));
    const verdict = await resetPassword(ports, clientInfo(c), { link, password, language });
    if (isRefusal(verdict)) {
      const mistake = passwordErrorText(t, verdict, seen.secondFactor);
      return mistake === undefined ? showRefusal(c, view, verdict) : ask(mistake);
    }
    runAfterResponse(c, verdict.deliver);
    return showDone(c, { ...view, title: 'doneTitle', text: t('doneText'), login: seen.login });
  });
  app.get('/reset/*', showUnknownAddress);
  return app;
}

/**
 * Asks again, with a puzzle that the page solves by itself. If a solution was not accepted, as from a network that
 * changes with each request, the user presses the button: a page never sends itself again and again.
 */
function askForProof(
  c: Context<AppEnv>,
  view: View,
  typed: Pick<RequestForm, 'resource' | 'name'>,
  { refused, puzzle }: Refusal,
  isFirst: boolean,
) {
  c.set('refusal', refused);
  const { status } = REFUSALS[refused];
  const body = requestForm(view, { ...typed, ...(isFirst && omitUndefined({ puzzle })) });
  return showPage(c, { ...view, title: 'askTitle', body, status, ...(isFirst && { script: SOLVE }) });
}

/** The error of the password itself; undefined for another error. */
function passwordErrorText(t: PageTexts, verdict: Refusal, secondFactor: boolean): string | undefined {
  if (verdict.refused === 'PASSWORD_TOO_SHORT') return t('tooShort', { min: minLengthOf({ secondFactor }) });
  if (verdict.refused === 'PASSWORD_TOO_LONG') return t('tooLong');
  if (verdict.refused === 'PASSWORD_COMMON') return t(verdict.flaw ?? 'listed');
  if (verdict.refused === 'PASSWORD_BREACHED') return t('breached');
  return undefined;
}

function showRefusal(c: Context<AppEnv>, view: View, { refused, retryAfterMs }: Refusal) {
  const t = readPageTexts(view);
  const { status } = REFUSALS[refused];
  c.set('refusal', refused);
  if (retryAfterMs !== undefined) c.header('retry-after', String(Math.max(1, Math.ceil(retryAfterMs / 1000))));
  if (refused === 'RESET_LINK_INVALID') {
    return showPage(c, { ...view, title: 'invalidTitle', body: paragraphs(t('invalidText')), status });
  }
  const text =
    refused === 'RATE_LIMITED' ? t('waitText') : refused === 'MAIL_NOT_CONFIGURED' ? t('noMailText') : t('deniedText');
  return showPage(c, { ...view, title: 'deniedTitle', body: paragraphs(text), status });
}
