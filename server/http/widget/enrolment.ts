import { z } from '@hono/zod-openapi';
import { Hono } from 'hono';
import { ENROLMENT_KINDS } from '../../domain/enrolment-policy.ts';
import { mailLanguage } from '../../domain/mail/mail.ts';
import { parseTypedOtp } from '../../domain/otp/format.ts';
import { isAddressFor } from '../../domain/sent-code.ts';
import type { BuiltFiles } from '../../ports/built-files.ts';
import type { Ports } from '../../ports/index.ts';
import {
  answerEnrolment,
  answerNewPasskey,
  confirmCodes,
  postponeEnrolment,
} from '../../usecases/enrolment/answer-enrolment.ts';
import { beginLinkedFlow } from '../../usecases/enrolment/begin-linked-flow.ts';
import { chooseKind } from '../../usecases/enrolment/choose-kind.ts';
import { readEnrolmentPage } from '../../usecases/enrolment/read-enrolment-page.ts';
import { sendFirstCode } from '../../usecases/enrolment/send-first-code.ts';
import { askUnlock } from '../../usecases/unlock/ask-unlock.ts';
import { isRefusal } from '../../usecases/verdict.ts';
import { refuseVerdict } from '../api/api.ts';
import { languageTag } from '../api/fields.ts';
import type { AppEnv } from '../context.ts';
import { sameOrigin } from '../middleware/same-origin.ts';
import { refuse } from '../problem.ts';
import { whenceOf } from '../whence.ts';
import { answer, parse, whose } from './conversation.ts';
import { attestation } from './passkey-bodies.ts';
import { showDocument } from './show-document.ts';

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
    const verdict = await beginLinkedFlow(ports, { ...body, whence: whenceOf(c) });
    return isRefusal(verdict) ? refuseVerdict(c, verdict) : c.json(verdict, 201);
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
    return answer(c, await chooseKind(ports, { ...body, kind: body.kind, ...whose(c) }));
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
    return answer(c, await askUnlock(ports, { ...body, language: mailLanguage(body.language), ...whose(c) }));
  });

  // The same page for every link, also for none: the link itself is in the fragment, which no server sees (SR-40).
  app.get('/enrol', async (c) => {
    const { resource, shown } = await readEnrolmentPage(ports, c.req.query('resource') ?? '');
    return showDocument(c, widget, { resource, frameAncestors: [], enrols: true }, shown);
  });
  return app;
}
