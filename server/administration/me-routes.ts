import { z } from '@hono/zod-openapi';
import { email, instantOf, password } from '../http/api/fields.ts';
import { route } from '../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../http/api/router.ts';
import { refuse } from '../http/problem.ts';
import { qrSvg } from '../http/qr-svg.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { parseOtp } from '../tokens/kinds/oath/format.ts';
import { proofFields, typedCode, typedOtp } from './administrator-fields.ts';
import { confirmEmailChange, requestEmailChange } from './change-email.ts';
import type { SecondFactorPorts } from './check-factors.ts';
import { confirmTokenReplacement, requestTokenReplacement } from './replace-token.ts';
import { requireProof, selfOf } from './self-routes.ts';
import { enrolment } from './session-fields.ts';
import { changeOwnPassword, renewRecoveryCodes } from './update-profile.ts';

const newPassword = z
  .strictObject({ ...proofFields, newPassword: password.openapi({ description: 'The new password.' }) })
  .openapi('OwnPasswordInput', { description: 'The new password, with both factors.' });
const newEmail = z
  .strictObject({ ...proofFields, newEmail: email.openapi({ description: 'The new email address.' }) })
  .openapi('OwnEmailInput', { description: 'The new email address, with both factors.' });
const code = z
  .strictObject({ code: typedCode })
  .openapi('OwnEmailConfirmationInput', { description: 'The code from the new mailbox.' });
const proof = z.strictObject(proofFields).openapi('ReauthenticationInput', { description: 'Both factors.' });
const firstCode = z
  .strictObject({ otp: typedOtp })
  .openapi('OwnTokenConfirmationInput', { description: 'The first code of the new token.' });
const recoveryCodes = z
  .object({
    recoveryCodes: z
      .array(z.string())
      .openapi({ description: 'The recovery codes. They are shown only once.', example: ['k5n8w-2r7t4'] }),
  })
  .openapi('RecoveryCodes', { description: 'New recovery codes.' });
const emailAsked = z
  .object({
    expiresAt: instantOf('When the code expires.'),
    handOver: z
      .object({ code: z.string().openapi({ description: 'The code.', example: 'k5n8-w2r7' }) })
      .optional()
      .openapi({ description: 'Only if the server sends no mail, so that the address cannot be confirmed by email.' }),
  })
  .openapi('OwnEmailAsked', { description: 'A change of email address that waits for its code.' });

const description = 'Requires both factors. All other sessions end, and an email tells the administrator.';
const setPassword = route({
  method: 'post',
  path: '/me/password',
  scope: 'session',
  operationId: 'updateOwnPassword',
  tag: 'Administrators',
  summary: 'Change your password',
  description,
  request: jsonBody(newPassword),
  responses: { 204: { description: 'Changed.' } },
  handle: async (c, ports: Needs) => {
    const body = c.req.valid('json');
    const verdict = await changeOwnPassword(ports, selfOf(c), requireProof(body), body.newPassword);
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.body(null, 204);
  },
});
const requestEmail = route({
  method: 'post',
  path: '/me/email',
  scope: 'session',
  operationId: 'requestOwnEmail',
  tag: 'Administrators',
  summary: 'Request a change of your email address',
  description: 'Sends a code to the new address. The address changes when the code is confirmed.',
  request: jsonBody(newEmail),
  responses: { 202: jsonAnswer('Waiting for the code.', emailAsked) },
  handle: async (c, ports: Needs) => {
    const body = c.req.valid('json');
    const verdict = await requestEmailChange(ports, selfOf(c), requireProof(body), body.newEmail);
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 202);
  },
});
const confirmEmail = route({
  method: 'post',
  path: '/me/email/confirm',
  scope: 'session',
  operationId: 'confirmOwnEmail',
  tag: 'Administrators',
  summary: 'Confirm your new email address',
  description: 'All other sessions end, and an email goes to the old address.',
  request: jsonBody(code),
  responses: { 204: { description: 'Changed.' } },
  handle: async (c, ports: Needs) => {
    const verdict = await confirmEmailChange(ports, selfOf(c), c.req.valid('json').code);
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.body(null, 204);
  },
});
const requestToken = route({
  method: 'post',
  path: '/me/token',
  scope: 'session',
  operationId: 'requestOwnToken',
  tag: 'Administrators',
  summary: 'Start replacing your token',
  description: 'The current token works until the first code of the new one is confirmed.',
  request: jsonBody(proof),
  responses: { 200: jsonAnswer('For the authenticator app.', enrolment) },
  handle: async (c, ports: Needs) => {
    const verdict = await requestTokenReplacement(ports, selfOf(c), requireProof(c.req.valid('json')));
    if (isRefusal(verdict)) return refuseResult(c, verdict);
    const { otpauthUri, secret } = verdict;
    return c.json({ otpauthUri, secret, qrSvg: qrSvg(otpauthUri) }, 200);
  },
});
const confirmToken = route({
  method: 'post',
  path: '/me/token/confirm',
  scope: 'session',
  operationId: 'confirmOwnToken',
  tag: 'Administrators',
  summary: 'Confirm your new token',
  description:
    'Requires the first code of the new token. All other sessions end, and the response has new recovery codes.',
  request: jsonBody(firstCode),
  responses: { 200: jsonAnswer('Replaced.', recoveryCodes) },
  handle: async (c, ports: Needs) => {
    const otp = parseOtp(c.req.valid('json').otp);
    if (otp === undefined) return refuse(c, 'OTP_MALFORMED');
    const verdict = await confirmTokenReplacement(ports, selfOf(c), otp);
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 200);
  },
});
const renewCodes = route({
  method: 'post',
  path: '/me/recovery-codes',
  scope: 'session',
  operationId: 'createOwnRecoveryCodes',
  tag: 'Administrators',
  summary: 'Create new recovery codes',
  description,
  request: jsonBody(proof),
  responses: { 200: jsonAnswer('The previous codes no longer work.', recoveryCodes) },
  handle: async (c, ports: Needs) => {
    const verdict = await renewRecoveryCodes(ports, selfOf(c), requireProof(c.req.valid('json')));
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 200);
  },
});

type Needs = SecondFactorPorts & Pick<Ports, 'breachedPasswords'>;

/** Administrators' changes to their own sign-in. By session alone: an API key has no administrator of its own. */
export const ownRoutes = [setPassword, requestEmail, confirmEmail, requestToken, confirmToken, renewCodes];
