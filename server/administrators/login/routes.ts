import { FLOW_HEADER } from '@countersign/protocol/flow';
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { authorizeSession } from '../../http/api/authorize.ts';
import { password } from '../../http/api/fields.ts';
import { apiRouter, jsonAnswer, jsonBody, refusals, refuseResult } from '../../http/api/router.ts';
import { clientInfo } from '../../http/client-info.ts';
import type { AppEnv } from '../../http/context.ts';
import { sameOrigin } from '../../http/middleware/same-origin.ts';
import { Refused, refuse } from '../../http/problem.ts';
import { qrSvg } from '../../http/qr-svg.ts';
import { clearSessionCookie, sentSession, setSessionCookie } from '../../http/session-cookie.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { isRefusal, type Result } from '../../kernel/result.ts';
import { parseOtp } from '../../tokens/kinds/oath/format.ts';
import { accountId, typedCode, typedOtp } from '../administrator-fields.ts';
import { selfOf } from '../self-routes.ts';
import { session, signIn, signInBegun, whose as whoseShown } from '../session-fields.ts';
import {
  answerEmail,
  answerEnrolment,
  answerRecoveryCode,
  answerSignInOtp,
  answerSignInPassword,
} from './answer-sign-in.ts';
import { authenticateSession, writeSession } from './authenticate-session.ts';
import { endSession } from './end-session.ts';
import { presentSession, presentSignIn } from './present-sign-in.ts';
import type { SignInProgress } from './sign-in-step.ts';
import { beginSignIn, readSignIn } from './start-sign-in.ts';

const seq = z.int().min(0).max(1000);
const beginning = z
  .strictObject({
    account: accountId.optional().openapi({ description: 'Only where the server holds several accounts.' }),
  })
  .openapi('SignInInput');
const emailStep = z.strictObject({ seq, email: z.string().trim().min(1).max(200) }).openapi('SignInEmailInput');
const passwordStep = z.strictObject({ seq, password }).openapi('SignInPasswordInput');
const otpStep = z.strictObject({ seq, otp: typedOtp }).openapi('SignInOtpInput');
const recoveryStep = z.strictObject({ seq, code: typedCode }).openapi('SignInRecoveryInput');

const tags = ['Sessions'];
const headers = z.object({ [FLOW_HEADER]: z.string().optional().openapi({ description: 'The handle.' }) });

function step<P extends string, S extends z.ZodType>(path: P, body: S, summary: string) {
  return createRoute({
    method: 'post',
    path,
    tags,
    summary,
    security: [],
    request: { headers, ...jsonBody(body) },
    responses: { 200: jsonAnswer('Where the sign-in stands.', signIn), ...refusals },
  });
}

const begin = createRoute({
  method: 'post',
  path: '/session/begin',
  tags,
  summary: 'Begin an administrator’s sign-in',
  description:
    'The server says which step comes next. The handle goes into the header `Countersign-Flow` of each of them. A wrong answer is no error: it is a 200 that stays on the step.',
  security: [],
  request: jsonBody(beginning),
  responses: { 201: jsonAnswer('Begun.', signInBegun), ...refusals },
});
const view = createRoute({
  method: 'get',
  path: '/session/step',
  tags,
  summary: 'See where a sign-in stands',
  security: [],
  request: { headers },
  responses: { 200: jsonAnswer('Where the sign-in stands.', signIn), ...refusals },
});
const who = createRoute({
  method: 'get',
  path: '/session',
  tags,
  summary: 'See whose session this is',
  security: [{ session: [] }],
  responses: { 200: jsonAnswer('The session.', session), ...refusals },
});
const whoseIsIt = createRoute({
  method: 'get',
  path: '/session/whose',
  tags,
  summary: 'See whether there is a session, and whose',
  description:
    'For a page that does not know whether anybody is signed in: nobody is an answer here, where `GET /session` refuses.',
  security: [],
  responses: { 200: jsonAnswer('The session, or none.', whoseShown), ...refusals },
});
const signOut = createRoute({
  method: 'delete',
  path: '/session',
  tags,
  summary: 'Sign out',
  security: [{ session: [] }],
  responses: { 204: { description: 'Signed out.' }, ...refusals },
});

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'hasher' | 'courier'>;

/** An administrator's sign-in and session (see `shared/wire/session.ts`). Our own pages only. */
export function sessions(ports: Needs, issuer: string) {
  const app = apiRouter();
  app.use('/session/*', sameOrigin(issuer));
  app.on(['GET', 'DELETE'], ['/session'], authorizeSession(ports));

  app.openapi(begin, async (c) => {
    const { account } = c.req.valid('json');
    const begun = await beginSignIn(ports, { ...(account && { account }), client: clientInfo(c) });
    if (isRefusal(begun)) return refuseResult(c, begun);
    return c.json({ ...(await present(ports, begun)), handle: begun.handle }, 201);
  });
  app.openapi(view, async (c) => {
    const found = await readSignIn(ports, c.req.header(FLOW_HEADER));
    return isRefusal(found) ? refuseResult(c, found) : c.json(await present(ports, found), 200);
  });
  app.openapi(step('/session/identify', emailStep, 'Give the e-mail address'), (c) =>
    answer(ports, c, answerEmail(ports, { ...c.req.valid('json'), ...whose(c) })),
  );
  app.openapi(step('/session/password', passwordStep, 'Give the password'), (c) =>
    answer(ports, c, answerSignInPassword(ports, { ...c.req.valid('json'), ...whose(c) })),
  );
  app.openapi(step('/session/otp', otpStep, 'Give the code of the token'), (c) => {
    const { seq, otp } = c.req.valid('json');
    return answer(ports, c, answerSignInOtp(ports, { seq, otp: parsed(otp), ...whose(c) }));
  });
  app.openapi(step('/session/recovery', recoveryStep, 'Give a recovery code instead'), (c) =>
    answer(ports, c, answerRecoveryCode(ports, { ...c.req.valid('json'), ...whose(c) })),
  );
  app.openapi(step('/session/enrol', otpStep, 'Give the first code of a new token'), (c) => {
    const { seq, otp } = c.req.valid('json');
    return answer(ports, c, answerEnrolment(ports, { seq, otp: parsed(otp), ...whose(c) }));
  });

  app.openapi(who, (c) => {
    const opened = c.get('session');
    return opened ? c.json(presentSession(opened, ports.clock.now()), 200) : refuse(c, 'SESSION_NEEDED');
  });
  app.openapi(whoseIsIt, async (c) => {
    const cookie = sentSession(c);
    if (c.req.header('authorization') !== undefined) {
      return refuse(c, cookie === undefined ? 'SESSION_NEEDED' : 'CREDENTIALS_AMBIGUOUS');
    }
    if (cookie === undefined) return c.json({ session: null, hasEnded: false }, 200);
    const opened = await authenticateSession(ports, cookie);
    if (isRefusal(opened)) return c.json({ session: null, hasEnded: true }, 200);
    return c.json({ session: presentSession(opened, ports.clock.now()), hasEnded: false }, 200);
  });
  app.openapi(signOut, async (c) => {
    const self = selfOf(c);
    await endSession(ports, self, self.session.id);
    clearSessionCookie(c);
    return c.body(null, 204);
  });
  return app;
}

function whose(c: Context<AppEnv>) {
  return { handle: c.req.header(FLOW_HEADER), client: clientInfo(c) };
}

/** Refused before the step is claimed: a malformed code is no attempt (SR-47). */
function parsed(otp: string): string {
  const digits = parseOtp(otp);
  if (digits === undefined) throw new Refused('OTP_MALFORMED');
  return digits;
}

async function answer(ports: Needs, c: Context<AppEnv>, progress: Promise<Result<SignInProgress>>) {
  const verdict = await progress;
  if (isRefusal(verdict)) return refuseResult(c, verdict);
  if (verdict.opened) setSessionCookie(c, writeSession(verdict.opened));
  return c.json(await present(ports, verdict), 200);
}

async function present(ports: Needs, progress: SignInProgress): Promise<z.input<typeof signIn>> {
  const { enrolment, ...view } = await presentSignIn(ports, progress);
  const shown = enrolment && { enrolment: { ...enrolment, qrSvg: qrSvg(enrolment.otpauthUri) } };
  return { ...view, ...shown };
}
