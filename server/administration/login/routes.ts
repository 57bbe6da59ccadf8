import { FLOW_HEADER } from '@countersign/protocol/flow';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { z } from '@hono/zod-openapi';
import { accountId, password } from '../../http/api/fields.ts';
import { route } from '../../http/api/route.ts';
import { jsonAnswer, jsonBody, refuseResult } from '../../http/api/router.ts';
import { clientInfo } from '../../http/client-info.ts';
import { RequestRefusal, refuse } from '../../http/problem.ts';
import { qrSvg } from '../../http/qr-svg.ts';
import { clearSessionCookie, readSessionCookie, setSessionCookie } from '../../http/session-cookie.ts';
import { isRefusal, type Result } from '../../kernel/result.ts';
import { parseOtp } from '../../tokens/kinds/oath/format.ts';
import type { PasskeyNeeds } from '../../tokens/kinds/passkey/new-challenge.ts';
import { assertion, attestation } from '../../tokens/kinds/passkey/passkey-fields.ts';
import { typedCode, typedOtp } from '../administrator-fields.ts';
import type { SecondFactorPorts } from '../check-factors.ts';
import { selfOf, sessionOf } from '../self-routes.ts';
import { seq, session, sessionProbe, signIn, startedSignIn } from '../session-fields.ts';
import {
  answerEmail,
  answerEnrolment,
  answerPasskeyEnrolment,
  answerRecoveryCode,
  answerSignInOtp,
  answerSignInPasskey,
  answerSignInPassword,
} from './answer-sign-in.ts';
import { authenticateSession, writeSession } from './authenticate-session.ts';
import { endSession } from './end-session.ts';
import { type ConfiguredPlans, presentSession, presentSignIn } from './present-sign-in.ts';
import type { SignInAnswer, SignInProgress } from './sign-in-step.ts';
import { readSignIn, startSignIn } from './start-sign-in.ts';

const startInput = z
  .strictObject({
    account: accountId.optional().openapi({ description: 'Required only if the server has several accounts.' }),
  })
  .openapi('SignInInput', { description: 'A new sign-in.' });
const emailStep = z
  .strictObject({
    seq,
    email: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .openapi({ description: 'The email address of the administrator.', example: 'ada@shop.example' }),
  })
  .openapi('SignInEmailInput', { description: 'The email address.' });
const passwordStep = z.strictObject({ seq, password }).openapi('SignInPasswordInput', { description: 'The password.' });
const otpStep = z
  .strictObject({ seq, otp: typedOtp })
  .openapi('SignInOtpInput', { description: 'A code of the token.' });
const recoveryStep = z
  .strictObject({ seq, code: typedCode })
  .openapi('SignInRecoveryInput', { description: 'A recovery code.' });

const passkeyStep = z
  .strictObject({ seq, assertion: assertion.openapi({ description: 'The answer of the browser.' }) })
  .openapi('SignInPasskeyInput', { description: 'The answer of a passkey.' });

const newPasskeyStep = z
  .strictObject({ seq, response: attestation.openapi({ description: 'What the browser returned.' }) })
  .openapi('SignInNewPasskeyInput', { description: 'The passkey that the browser made.' });

const headers = z.object({
  [FLOW_HEADER]: z
    .string()
    .optional()
    .openapi({ description: 'The handle of the sign-in.', example: 'flw_01k8dq9z2mp.Zk3xQ8vJ' }),
});

type Needs = SecondFactorPorts & PasskeyNeeds & ConfiguredPlans;

/** A step of the sign-in. `submit` takes its body as parsed, and refuses a malformed one before the step is claimed. */
function step<const P extends string, Body extends { seq: number }>(
  path: P,
  [operationId, summary]: readonly [operationId: string, summary: string],
  body: z.ZodType<Body>,
  submit: (ports: Needs, answer: Body & Omit<SignInAnswer, 'seq'>) => Promise<Result<SignInProgress>>,
) {
  return route({
    method: 'post',
    path,
    // The handle of the sign-in is the authority.
    scope: 'public',
    isSameOriginOnly: true,
    operationId,
    tag: 'Sessions',
    summary,
    request: { headers, ...jsonBody(body) },
    responses: { 200: jsonAnswer('The step of the sign-in.', signIn) },
    handle: async (c, ports: Needs) => {
      const request = { handle: c.req.header(FLOW_HEADER), client: clientInfo(c) };
      const verdict = await submit(ports, { ...c.req.valid('json'), ...request });
      if (isRefusal(verdict)) return refuseResult(c, verdict);
      if (verdict.opened) setSessionCookie(c, writeSession(verdict.opened));
      return c.json(await present(ports, verdict), 200);
    },
  });
}

const begin = route({
  method: 'post',
  path: '/session/begin',
  // There is no session yet.
  scope: 'public',
  isSameOriginOnly: true,
  operationId: 'startSignIn',
  tag: 'Sessions',
  summary: 'Start an administrator’s sign-in',
  description:
    'The response names the next step. Send the handle in the header `Countersign-Flow` of every step. A wrong submission is no error: it is a 200 that stays on the step.',
  request: jsonBody(startInput),
  responses: { 201: jsonAnswer('Started.', startedSignIn) },
  handle: async (c, ports: Needs) => {
    const { account } = c.req.valid('json');
    const begun = await startSignIn(ports, { ...omitUndefined({ account }), client: clientInfo(c) });
    if (isRefusal(begun)) return refuseResult(c, begun);
    return c.json({ ...(await present(ports, begun)), handle: begun.handle }, 201);
  },
});
const view = route({
  method: 'get',
  path: '/session/step',
  // The handle of the sign-in is the authority.
  scope: 'public',
  isSameOriginOnly: true,
  operationId: 'readSignIn',
  tag: 'Sessions',
  summary: 'Read the step of a sign-in',
  request: { headers },
  responses: { 200: jsonAnswer('The step of the sign-in.', signIn) },
  handle: async (c, ports: Needs) => {
    const found = await readSignIn(ports, c.req.header(FLOW_HEADER));
    return isRefusal(found) ? refuseResult(c, found) : c.json(await present(ports, found), 200);
  },
});
const who = route({
  method: 'get',
  path: '/session',
  scope: 'session',
  isSameOriginOnly: true,
  operationId: 'readSession',
  tag: 'Sessions',
  summary: 'Read the session',
  responses: { 200: jsonAnswer('The session.', session) },
  handle: (c, ports: Needs) => {
    const opened = sessionOf(c);
    return opened ? c.json(presentSession(ports, opened), 200) : refuse(c, 'SESSION_NEEDED');
  },
});
const probeSession = route({
  method: 'get',
  path: '/session/whose',
  // Also responds without a session, and checks the cookie itself.
  scope: 'public',
  isSameOriginOnly: true,
  operationId: 'probeSession',
  tag: 'Sessions',
  summary: 'Check whether there is a session, and whose',
  description:
    'For a page that does not know whether there is a session. Without one the response is 200, where `GET /session` is 401.',
  responses: { 200: jsonAnswer('The session, or none.', sessionProbe) },
  handle: async (c, ports: Needs) => {
    const cookie = readSessionCookie(c);
    if (c.req.header('authorization') !== undefined) {
      return refuse(c, cookie === undefined ? 'SESSION_NEEDED' : 'CREDENTIALS_AMBIGUOUS');
    }
    if (cookie === undefined) return c.json({ session: null, hasEnded: false }, 200);
    const opened = await authenticateSession(ports, cookie);
    if (isRefusal(opened)) return c.json({ session: null, hasEnded: true }, 200);
    return c.json({ session: presentSession(ports, opened), hasEnded: false }, 200);
  },
});
const signOut = route({
  method: 'delete',
  path: '/session',
  scope: 'session',
  isSameOriginOnly: true,
  operationId: 'signOut',
  tag: 'Sessions',
  summary: 'Sign out',
  responses: { 204: { description: 'Signed out.' } },
  handle: async (c, ports: Needs) => {
    const self = selfOf(c);
    await endSession(ports, self, self.session.id);
    clearSessionCookie(c);
    return c.body(null, 204);
  },
});

/** An administrator's sign-in and session (see `shared/wire/session.ts`). Same-origin pages only. */
export const sessionRoutes = [
  begin,
  view,
  step('/session/identify', ['submitSignInEmail', 'Submit the email address'], emailStep, answerEmail),
  step('/session/password', ['submitSignInPassword', 'Submit the password'], passwordStep, answerSignInPassword),
  step('/session/otp', ['submitSignInOtp', 'Submit the code of the token'], otpStep, (ports, { otp, ...answer }) =>
    answerSignInOtp(ports, { ...answer, otp: parsed(otp) }),
  ),
  step('/session/passkey', ['submitSignInPasskey', 'Submit the answer of a passkey'], passkeyStep, answerSignInPasskey),
  step('/session/recovery', ['submitSignInRecoveryCode', 'Submit a recovery code'], recoveryStep, answerRecoveryCode),
  step(
    '/session/enrol',
    ['submitSignInEnrolment', 'Submit the first code of a new token'],
    otpStep,
    (ports, { otp, ...answer }) => answerEnrolment(ports, { ...answer, otp: parsed(otp) }),
  ),
  step(
    '/session/enrol-passkey',
    ['submitSignInNewPasskey', 'Submit a new passkey'],
    newPasskeyStep,
    answerPasskeyEnrolment,
  ),
  who,
  probeSession,
  signOut,
];

/** Refused before the step is claimed: a malformed code does not count as an attempt (SR-47). */
function parsed(otp: string): string {
  const digits = parseOtp(otp);
  if (digits === undefined) throw new RequestRefusal('OTP_MALFORMED');
  return digits;
}

async function present(ports: Needs, progress: SignInProgress): Promise<z.input<typeof signIn>> {
  const { enrolment, ...view } = await presentSignIn(ports, progress);
  const shown = enrolment && { enrolment: { ...enrolment, qrSvg: qrSvg(enrolment.otpauthUri) } };
  return { ...view, ...shown };
}
