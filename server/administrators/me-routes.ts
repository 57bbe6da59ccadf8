import { createRoute, z } from '@hono/zod-openapi';
import { authorizeSession } from '../http/api/authorize.ts';
import { email, instant, password } from '../http/api/fields.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseResult } from '../http/api/router.ts';
import { Refused, refuse } from '../http/problem.ts';
import { qrSvg } from '../http/qr-svg.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { parseOtp } from '../tokens/kinds/oath/format.ts';
import { proofFields, proofOf, typedCode, typedOtp } from './administrator-fields.ts';
import { askOwnEmail, confirmOwnEmail } from './change-email.ts';
import type { Proof } from './reauthenticate.ts';
import { confirmTokenReplacement, requestTokenReplacement } from './replace-token.ts';
import { selfOf } from './self-routes.ts';
import { enrolment } from './session-fields.ts';
import { changeOwnPassword, renewRecoveryCodes } from './update-profile.ts';

const newPassword = z.strictObject({ ...proofFields, newPassword: password }).openapi('OwnPasswordInput');
const newEmail = z.strictObject({ ...proofFields, newEmail: email }).openapi('OwnEmailInput');
const code = z.strictObject({ code: typedCode }).openapi('OwnEmailConfirmationInput');
const proof = z.strictObject(proofFields).openapi('ReauthenticationInput');
const firstCode = z.strictObject({ otp: typedOtp }).openapi('OwnTokenConfirmationInput');
const recoveryCodes = z
  .object({ recoveryCodes: z.array(z.string()).openapi({ description: 'Shown this once.' }) })
  .openapi('RecoveryCodes');
const emailAsked = z
  .object({
    expiresAt: instant,
    handOver: z
      .object({ code: z.string() })
      .optional()
      .openapi({ description: 'Present where no mail is configured: the address cannot be proven there.' }),
  })
  .openapi('OwnEmailAsked');

const tags = ['Administrators'];
const security = [{ session: [] }];
const description = 'Both factors are shown again. All other sessions end, and the person is told by mail.';
const setPassword = createRoute({
  method: 'post',
  path: '/me/password',
  tags,
  summary: 'Change one’s own password',
  description,
  security,
  request: jsonBody(newPassword),
  responses: { 204: { description: 'Changed.' }, ...refusals },
});
const askEmail = createRoute({
  method: 'post',
  path: '/me/email',
  tags,
  summary: 'Ask for another e-mail address of one’s own',
  description: 'A code goes there; the address changes once it comes back.',
  security,
  request: jsonBody(newEmail),
  responses: { 202: jsonAnswer('Waiting for the code.', emailAsked), ...refusals },
});
const confirmEmail = createRoute({
  method: 'post',
  path: '/me/email/confirm',
  tags,
  summary: 'Confirm one’s new e-mail address',
  description: 'All other sessions end, and the address there was is told.',
  security,
  request: jsonBody(code),
  responses: { 204: { description: 'Changed.' }, ...refusals },
});
const askToken = createRoute({
  method: 'post',
  path: '/me/token',
  tags,
  summary: 'Begin to replace one’s own token',
  description: 'The one there is stays until the first code of the new one.',
  security,
  request: jsonBody(proof),
  responses: { 200: jsonAnswer('For the authenticator app.', enrolment), ...refusals },
});
const confirmToken = createRoute({
  method: 'post',
  path: '/me/token/confirm',
  tags,
  summary: 'Replace one’s own token',
  description: 'With the first code of the new one. All other sessions end, and there are new recovery codes.',
  security,
  request: jsonBody(firstCode),
  responses: { 200: jsonAnswer('Replaced.', recoveryCodes), ...refusals },
});
const renewCodes = createRoute({
  method: 'post',
  path: '/me/recovery-codes',
  tags,
  summary: 'Make new recovery codes',
  description,
  security,
  request: jsonBody(proof),
  responses: { 200: jsonAnswer('The codes before are void.', recoveryCodes), ...refusals },
});

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'hasher' | 'courier'>;

/** What administrators do with their own way in. By session alone: an API key has no self. */
export function me(ports: Needs) {
  const app = apiRouter();
  app.use('/me/*', authorizeSession(ports));

  app.openapi(setPassword, async (c) => {
    const body = c.req.valid('json');
    const verdict = await changeOwnPassword(ports, selfOf(c), shown(body), body.newPassword);
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.body(null, 204);
  });
  app.openapi(askEmail, async (c) => {
    const body = c.req.valid('json');
    const verdict = await askOwnEmail(ports, selfOf(c), shown(body), body.newEmail);
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 202);
  });
  app.openapi(confirmEmail, async (c) => {
    const verdict = await confirmOwnEmail(ports, selfOf(c), c.req.valid('json').code);
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.body(null, 204);
  });
  app.openapi(askToken, async (c) => {
    const verdict = await requestTokenReplacement(ports, selfOf(c), shown(c.req.valid('json')));
    if (isRefusal(verdict)) return refuseResult(c, verdict);
    const { otpauthUri, secret } = verdict;
    return c.json({ otpauthUri, secret, qrSvg: qrSvg(otpauthUri) }, 200);
  });
  app.openapi(confirmToken, async (c) => {
    const otp = parseOtp(c.req.valid('json').otp);
    if (otp === undefined) return refuse(c, 'OTP_MALFORMED');
    const verdict = await confirmTokenReplacement(ports, selfOf(c), otp);
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 200);
  });
  app.openapi(renewCodes, async (c) => {
    const verdict = await renewRecoveryCodes(ports, selfOf(c), shown(c.req.valid('json')));
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 200);
  });
  return app;
}

/** A malformed code is refused before anything is counted (SR-47). */
function shown(body: Parameters<typeof proofOf>[0]): Proof {
  const proof = proofOf(body);
  if (!proof) throw new Refused('OTP_MALFORMED');
  return proof;
}
