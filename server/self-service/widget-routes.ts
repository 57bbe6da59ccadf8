import { FLOW_HEADER } from '@countersign/protocol/flow';
import { z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { browserTraits } from '../browsers/environment-fields.ts';
import { email, label, languageTag, password, resourceId, tokenId } from '../http/api/fields.ts';
import { refuseResult } from '../http/api/router.ts';
import { clientInfo } from '../http/client-info.ts';
import type { AppEnv } from '../http/context.ts';
import { sameOrigin } from '../http/middleware/same-origin.ts';
import { refuse } from '../http/problem.ts';
import type { Ports } from '../kernel/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { answer, parse, whose } from '../login/page/flow-response.ts';
import { showDocument } from '../login/page/show-document.ts';
import { mailLanguage } from '../messages/mail/mail.ts';
import type { BuiltFiles } from '../platform/static-files/port.ts';
import { parseTypedOtp } from '../tokens/kinds/oath/format.ts';
import { addOwnToken } from './add-token.ts';
import { askOwnEmail, confirmOwnEmail, dropOwnEmail } from './change-email.ts';
import { changeOwnNames } from './change-names.ts';
import { changeOwnPassword } from './change-password.ts';
import { changeOwnPin } from './change-pin.ts';
import { forgetOwnBrowsers } from './forget-browsers.ts';
import { readSelfPage } from './read-self-page.ts';
import { reauthenticateUser } from './reauthenticate.ts';
import { removeOwnToken } from './remove-token.ts';
import { renameOwnToken } from './rename-token.ts';
import { keepRecoveryCodes, renewRecoveryCodes } from './renew-recovery-codes.ts';
import { resyncOwnToken } from './resync-token.ts';
import { signOutOfSelfService } from './sign-out.ts';
import { beginSelfFlow } from './start-self-flow.ts';

const begin = z.strictObject({ resource: resourceId, traits: browserTraits.optional() });
/** `language`: what the frame speaks, for mails that an act leads to. */
const step = z.strictObject({ seq: z.int().min(0).max(1000), language: languageTag });
const ofToken = step.extend({ token: tokenId });
const renaming = ofToken.extend({ name: label(100) });
const resync = ofToken.extend({ first: z.string().max(32), second: z.string().max(32) });
const newPin = ofToken.extend({ pin: z.string().regex(/^[0-9]{4}$/) });
const newPassword = step.extend({ current: password, password });
const ownName = z.union([label(100), z.literal('')]).optional();
const names = step.extend({ firstName: ownName, secondName: ownName });
const newEmail = step.extend({ email });
const emailCode = step.extend({ code: z.string().min(1).max(40) });

/**
 * What people do about themselves, at the step `self` of a sign-in: each is an answer like any other, claimed by its `seq`,
 * with the handle as the one authority (see `shared/wire/flow.ts`). Also the page of our own that leads there.
 */
export function selfService(ports: Ports & { issuer: string; rpId?: string | undefined }, widget: BuiltFiles) {
  const app = new Hono<AppEnv>();
  app.use('/self-flows', sameOrigin(ports.issuer));

  app.post('/self-flows', async (c) => {
    const body = await parse(c, begin);
    if (body instanceof Response) return body;
    const { resource, traits } = body;
    const verdict = await beginSelfFlow(ports, { resource, ...(traits && { traits }), client: clientInfo(c) });
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 201);
  });
  app.post('/flow/self/prove', async (c) => {
    const body = await parse(c, step);
    return body instanceof Response ? body : answer(c, await reauthenticateUser(ports, { ...body, ...whose(c) }));
  });
  app.post('/flow/self/add', async (c) => {
    const body = await parse(c, step);
    return body instanceof Response ? body : answer(c, await addOwnToken(ports, { ...body, ...whose(c) }));
  });
  app.post('/flow/self/rename', async (c) => {
    const body = await parse(c, renaming);
    return body instanceof Response ? body : answer(c, await renameOwnToken(ports, { ...body, ...whose(c) }));
  });
  app.post('/flow/self/remove', async (c) => {
    const body = await parse(c, ofToken);
    if (body instanceof Response) return body;
    return answer(c, await removeOwnToken(ports, { ...body, language: mailLanguage(body.language), ...whose(c) }));
  });
  app.post('/flow/self/resync', async (c) => {
    const body = await parse(c, resync);
    if (body instanceof Response) return body;
    const [first, second] = [parseTypedOtp(body.first), parseTypedOtp(body.second)];
    if (first === undefined || second === undefined) return refuse(c, 'OTP_MALFORMED');
    return answer(c, await resyncOwnToken(ports, { ...body, otps: [first, second], ...whose(c) }));
  });
  app.post('/flow/self/pin', async (c) => {
    const body = await parse(c, newPin);
    if (body instanceof Response) return body;
    return answer(c, await changeOwnPin(ports, { ...body, language: mailLanguage(body.language), ...whose(c) }));
  });
  app.post('/flow/self/recovery-codes', async (c) => {
    const body = await parse(c, step);
    if (body instanceof Response) return body;
    return answer(c, await renewRecoveryCodes(ports, { ...body, language: mailLanguage(body.language), ...whose(c) }));
  });
  app.post('/flow/self/codes-kept', async (c) => {
    const body = await parse(c, step);
    return body instanceof Response ? body : answer(c, await keepRecoveryCodes(ports, { ...body, ...whose(c) }));
  });
  app.post('/flow/self/password', async (c) => {
    const body = await parse(c, newPassword);
    if (body instanceof Response) return body;
    return answer(c, await changeOwnPassword(ports, { ...body, language: mailLanguage(body.language), ...whose(c) }));
  });
  app.post('/flow/self/names', async (c) => {
    const body = await parse(c, names);
    if (body instanceof Response) return body;
    const { firstName, secondName, ...rest } = body;
    return answer(c, await changeOwnNames(ports, { ...rest, names: { firstName, secondName }, ...whose(c) }));
  });
  app.post('/flow/self/email', async (c) => {
    const body = await parse(c, newEmail);
    if (body instanceof Response) return body;
    return answer(c, await askOwnEmail(ports, { ...body, language: mailLanguage(body.language), ...whose(c) }));
  });
  app.post('/flow/self/email/confirm', async (c) => {
    const body = await parse(c, emailCode);
    if (body instanceof Response) return body;
    return answer(c, await confirmOwnEmail(ports, { ...body, language: mailLanguage(body.language), ...whose(c) }));
  });
  app.post('/flow/self/email/drop', async (c) => {
    const body = await parse(c, step);
    return body instanceof Response ? body : answer(c, await dropOwnEmail(ports, { ...body, ...whose(c) }));
  });
  app.post('/flow/self/forget-browsers', async (c) => {
    const body = await parse(c, step);
    return body instanceof Response ? body : answer(c, await forgetOwnBrowsers(ports, { ...body, ...whose(c) }));
  });
  app.post('/flow/self/leave', async (c) => {
    const verdict = await signOutOfSelfService(ports, c.req.header(FLOW_HEADER));
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.body(null, 204);
  });

  // Nobody may frame it: what people do here they do on a page of their own, or in the frame of a site that may have it.
  app.get('/self', async (c) => {
    const { resource, shown } = await readSelfPage(ports, c.req.query('resource') ?? '');
    return showDocument(c, widget, { resource, frameAncestors: [], self: true }, shown);
  });
  return app;
}
