import { FACTOR_KINDS, FLOW_HEADER, FLOW_PURPOSES } from '@countersign/protocol/flow';
import { z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { browserTraits } from '../browsers/environment-fields.ts';
import { languageTag, nonce, password, resourceId } from '../http/api/fields.ts';
import { refuseResult } from '../http/api/router.ts';
import { clientInfo } from '../http/client-info.ts';
import type { AppEnv } from '../http/context.ts';
import { sameOrigin } from '../http/middleware/same-origin.ts';
import { refuse } from '../http/problem.ts';
import type { Ports } from '../kernel/ports.ts';
import { isRefusal } from '../kernel/result.ts';
import { mailLanguage } from '../messages/mail/mail.ts';
import { parseTypedOtp } from '../tokens/kinds/oath/format.ts';
import { assertion } from '../tokens/kinds/passkey/passkey-fields.ts';
import { answerIdentify } from './answer-identify.ts';
import { answerOtp, answerRecovery } from './answer-otp.ts';
import { answerPasskey } from './answer-passkey.ts';
import { answerPassword } from './answer-password.ts';
import { answerSign, cancelTransaction } from './answer-sign.ts';
import { chooseFactor } from './choose-factor.ts';
import { answer, parse, whose } from './page/flow-response.ts';
import { startFlow } from './start-flow.ts';
import { startRedirectedFlow } from './start-redirected-flow.ts';
import { viewFlow } from './view-flow.ts';

const begin = z.strictObject({
  resource: resourceId,
  nonce,
  origin: z.string().min(1).max(300),
  loginRequest: z.string().max(200).optional(),
  // What the page would like decides nothing: a word that is none is no reason to turn anybody away.
  prefer: z.enum(FACTOR_KINDS).optional().catch(undefined),
  purpose: z.enum(FLOW_PURPOSES).optional().catch(undefined),
  traits: browserTraits.optional(),
});
const beginRedirected = z.strictObject({ loginRequest: z.string().max(200), traits: browserTraits.optional() });
const seq = z.int().min(0).max(1000);
const identify = z.strictObject({ seq, login: z.string().trim().min(1).max(200) });
const passwordStep = z.strictObject({ seq, password });
const otpStep = z.strictObject({ seq, otp: z.string().max(32) });
const cancelStep = z.strictObject({ seq });
const recoveryStep = z.strictObject({ seq, code: z.string().min(1).max(40) });
const passkeyStep = z.strictObject({ seq, response: assertion });
const factorStep = z.strictObject({
  seq,
  factor: z.string().min(1).max(40),
  language: languageTag,
});

type Needs = Ports & { issuer: string; rpId?: string | undefined };

/** The frame's conversation (see `shared/wire/flow.ts`). Same-origin only; no cookies; the handle is the authority. */
export function flows(ports: Needs) {
  const app = new Hono<AppEnv>();
  app.use('/flow', sameOrigin(ports.issuer));
  app.use('/flow/*', sameOrigin(ports.issuer));
  app.use('/flows', sameOrigin(ports.issuer));
  app.use('/redirected-flows', sameOrigin(ports.issuer));

  app.post('/flows', async (c) => {
    const body = await parse(c, begin);
    if (body instanceof Response) return body;
    const { loginRequest, prefer, purpose, traits, ...asked } = body;
    const verdict = await startFlow(ports, {
      ...asked,
      ...(loginRequest !== undefined && { loginRequest }),
      ...(prefer !== undefined && { prefer }),
      ...(purpose !== undefined && { purpose }),
      ...(traits !== undefined && { traits }),
      client: clientInfo(c),
    });
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 201);
  });
  app.post('/redirected-flows', async (c) => {
    const body = await parse(c, beginRedirected);
    if (body instanceof Response) return body;
    const { loginRequest, traits } = body;
    const begun = { loginRequest, ...(traits && { traits }), client: clientInfo(c) };
    const verdict = await startRedirectedFlow(ports, begun);
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 201);
  });
  app.get('/flow', async (c) => answer(c, await viewFlow(ports, c.req.header(FLOW_HEADER))));
  app.post('/flow/identify', async (c) => {
    const body = await parse(c, identify);
    return body instanceof Response ? body : answer(c, await answerIdentify(ports, { ...body, ...whose(c) }));
  });
  app.post('/flow/password', async (c) => {
    const body = await parse(c, passwordStep);
    return body instanceof Response ? body : answer(c, await answerPassword(ports, { ...body, ...whose(c) }));
  });
  app.post('/flow/otp', async (c) => {
    const body = await parse(c, otpStep);
    if (body instanceof Response) return body;
    // Refused before the step is claimed: a malformed code is no attempt (SR-47).
    const otp = parseTypedOtp(body.otp);
    if (otp === undefined) return refuse(c, 'OTP_MALFORMED');
    return answer(c, await answerOtp(ports, { ...body, otp, ...whose(c) }));
  });
  app.post('/flow/sign', async (c) => {
    const body = await parse(c, otpStep);
    if (body instanceof Response) return body;
    const otp = parseTypedOtp(body.otp);
    if (otp === undefined) return refuse(c, 'OTP_MALFORMED');
    return answer(c, await answerSign(ports, { ...body, otp, ...whose(c) }));
  });
  app.post('/flow/cancel', async (c) => {
    const body = await parse(c, cancelStep);
    return body instanceof Response ? body : answer(c, await cancelTransaction(ports, { ...body, ...whose(c) }));
  });
  app.post('/flow/recovery', async (c) => {
    const body = await parse(c, recoveryStep);
    return body instanceof Response ? body : answer(c, await answerRecovery(ports, { ...body, ...whose(c) }));
  });
  app.post('/flow/passkey', async (c) => {
    const body = await parse(c, passkeyStep);
    return body instanceof Response ? body : answer(c, await answerPasskey(ports, { ...body, ...whose(c) }));
  });
  app.post('/flow/factor', async (c) => {
    const body = await parse(c, factorStep);
    if (body instanceof Response) return body;
    const language = mailLanguage(body.language);
    return answer(c, await chooseFactor(ports, { ...body, language, ...whose(c) }));
  });
  return app;
}
