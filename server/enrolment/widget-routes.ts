import { z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { languageTag } from '../http/api/fields.ts';
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
import { attestation } from '../tokens/kinds/passkey/passkey-fields.ts';
import { isAddressFor } from '../tokens/kinds/sent/out-of-band-code.ts';
import { requestUnlock } from '../tokens/unlock/request-unlock.ts';
import { answerEnrolment, answerNewPasskey, confirmCodes, postponeEnrolment } from './answer-enrolment.ts';
import { ENROLMENT_KINDS } from './enrolment-policy.ts';
import { readEnrolmentPage } from './read-enrolment-page.ts';
import { selectKind } from './select-kind.ts';
import { sendFirstCode } from './send-first-code.ts';
import { startLinkedFlow } from './start-linked-flow.ts';

const seq = z.int().min(0).max(1000);
/** `language`: what the frame speaks, for mails that a step leads to. */
const step = z.strictObject({ seq, language: languageTag });
const firstCode = step.extend({ otp: z.string().max(32) });
const kindStep = step.extend({ kind: z.enum(ENROLMENT_KINDS).optional() });
const sendStep = step.extend({ phone: z.string().max(40).optional() });
const newPasskey = step.extend({ response: attestation });
const beginLinked = z.strictObject({ link: z.string().max(200) });

/** The steps at which people set up tokens, and the page that a mailed link leads to (see `shared/wire/flow.ts`). */
export function enrolment(ports: Ports & { issuer: string; rpId?: string | undefined }, widget: BuiltFiles) {
  const app = new Hono<AppEnv>();
  app.use('/enrolment-flows', sameOrigin(ports.issuer));

  app.post('/enrolment-flows', async (c) => {
    const body = await parse(c, beginLinked);
    if (body instanceof Response) return body;
    const verdict = await startLinkedFlow(ports, { ...body, client: clientInfo(c) });
    return isRefusal(verdict) ? refuseResult(c, verdict) : c.json(verdict, 201);
  });
  app.post('/flow/enrol', async (c) => {
    const body = await parse(c, firstCode);
    if (body instanceof Response) return body;
    const otp = parseTypedOtp(body.otp);
    if (otp === undefined) return refuse(c, 'OTP_MALFORMED');
    const language = mailLanguage(body.language);
    return answer(c, await answerEnrolment(ports, { ...body, otp, language, ...whose(c) }));
  });
  app.post('/flow/enrol/kind', async (c) => {
    const body = await parse(c, kindStep);
    if (body instanceof Response) return body;
    return answer(c, await selectKind(ports, { ...body, kind: body.kind, ...whose(c) }));
  });
  app.post('/flow/enrol/send', async (c) => {
    const body = await parse(c, sendStep);
    if (body instanceof Response) return body;
    const { phone } = body;
    // Refused before the step is claimed: a slip of the finger is no attempt.
    if (phone !== undefined && !isAddressFor('sms', phone)) return refuse(c, 'PHONE_MALFORMED');
    const language = mailLanguage(body.language);
    return answer(c, await sendFirstCode(ports, { ...body, phone, language, ...whose(c) }));
  });
  app.post('/flow/enrol/passkey', async (c) => {
    const body = await parse(c, newPasskey);
    if (body instanceof Response) return body;
    const language = mailLanguage(body.language);
    return answer(c, await answerNewPasskey(ports, { ...body, language, ...whose(c) }));
  });
  app.post('/flow/enrol/later', async (c) => {
    const body = await parse(c, step);
    return body instanceof Response ? body : answer(c, await postponeEnrolment(ports, { ...body, ...whose(c) }));
  });
  app.post('/flow/codes', async (c) => {
    const body = await parse(c, step);
    return body instanceof Response ? body : answer(c, await confirmCodes(ports, { ...body, ...whose(c) }));
  });
  app.post('/flow/unlock', async (c) => {
    const body = await parse(c, step);
    if (body instanceof Response) return body;
    return answer(c, await requestUnlock(ports, { ...body, language: mailLanguage(body.language), ...whose(c) }));
  });

  // The same page for every link, also for none: the link itself is in the fragment, which no server sees (SR-40).
  app.get('/enrol', async (c) => {
    const { resource, shown } = await readEnrolmentPage(ports, c.req.query('resource') ?? '');
    return showDocument(c, widget, { resource, frameAncestors: [], enrols: true }, shown);
  });
  return app;
}
