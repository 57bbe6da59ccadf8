import { ENROLMENT_KINDS } from '@countersign/protocol/tokens';
import { z } from '@hono/zod-openapi';
import { languageTag, password } from '../http/api/fields.ts';
import { internalRoute, type Route } from '../http/api/route.ts';
import { assertion, attestation } from '../tokens/kinds/passkey/passkey-fields.ts';
import { type AnswerableStep, SECOND_STEPS } from './flow.ts';
import { shownBrowsers, trustWish } from './rules/trusted-browsers/fields.ts';
import type { Step, StepContext } from './step.ts';
import { flowResponse, frameLanguage, mobilePhone, seq, stepRequest, typedOtp } from './step-fields.ts';
import type { SignInPorts, StepOutcome, StepPorts } from './step-outcome.ts';
import { cancelTransaction } from './steps/cancel.ts';
import { confirmCodes } from './steps/codes.ts';
import { proveToken } from './steps/enrol.ts';
import { selectEnrolmentKind } from './steps/enrol-kind.ts';
import { postponeEnrolment } from './steps/enrol-later.ts';
import { sendEnrolmentCode } from './steps/enrol-send.ts';
import { selectFactor } from './steps/factor.ts';
import { identify } from './steps/identify.ts';
import { checkOtp } from './steps/otp.ts';
import { checkPasskey } from './steps/passkey.ts';
import { checkPassword } from './steps/password.ts';
import { checkRecoveryCode } from './steps/recovery.ts';
import { sign } from './steps/sign.ts';
import { submitStep } from './submit-step.ts';

/** What may follow a right first or second factor. */
const AFTER_PASSWORD = ['otp', 'passkey', 'recovery', 'enrol', 'done', 'self'] as const;
const AFTER_TOKEN = ['codes', 'done', 'self'] as const;

/** The frame always sends its language with the steps of an enrolment. */
const plain = z.strictObject({ seq, language: languageTag });

/**
 * Every step of a sign-in by the request that submits it, `POST /widget/v1/flow/<path>`: its input, where it is
 * accepted, where it leads, and who handles it. Which refusals end it, `step.ts` says for all. A malformed input is refused before the step is claimed:
 * it is no attempt (SR-47). `submit-step.ts` runs the step. The actions of the self-service page are in `self-service/`.
 */
export const STEPS = {
  identify: step({
    input: z.strictObject({ seq, login: z.string().trim().min(1).max(200) }),
    at: ['identify'],
    leadsTo: ['password', 'mail', 'otp'],
    proof: 'name',
    handle: identify,
  }),
  password: step({
    input: z.strictObject({ seq, password, ...shownBrowsers }),
    at: ['password'],
    leadsTo: AFTER_PASSWORD,
    proof: 'guess',
    handle: checkPassword,
  }),
  otp: step({
    input: z.strictObject({ seq, otp: typedOtp, ...trustWish }),
    at: ['otp', 'mail'],
    // From a mailed code to the second factor.
    leadsTo: AFTER_PASSWORD,
    proof: 'guess',
    handle: checkOtp,
  }),
  recovery: step({
    input: z.strictObject({ seq, code: z.string().min(1).max(40) }),
    at: ['recovery'],
    leadsTo: ['enrol', 'done', 'self'],
    proof: 'guess',
    handle: checkRecoveryCode,
  }),
  passkey: step({
    input: z.strictObject({ seq, response: assertion, ...trustWish }),
    at: ['identify', 'passkey', 'sign'],
    leadsTo: ['recovery', 'enrol', 'done', 'self'],
    handle: checkPasskey,
  }),
  factor: step({
    input: z.strictObject({ seq, factor: z.string().min(1).max(40), language: frameLanguage }),
    at: [...SECOND_STEPS, 'mail'],
    leadsTo: SECOND_STEPS,
    proof: 'code',
    handle: selectFactor,
  }),
  sign: step({
    input: z.strictObject({ seq, otp: typedOtp }),
    at: ['sign'],
    leadsTo: ['done'],
    proof: 'guess',
    handle: sign,
  }),
  cancel: step({
    input: z.strictObject({ seq }),
    at: ['sign'],
    leadsTo: [],
    handle: cancelTransaction,
  }),
  enrol: step({
    input: z.strictObject({ seq, otp: typedOtp, language: frameLanguage }),
    at: ['enrol'],
    leadsTo: AFTER_TOKEN,
    handle: proveToken,
  }),
  'enrol/kind': step({
    input: plain.extend({ kind: z.enum(ENROLMENT_KINDS).optional() }),
    at: ['enrol'],
    leadsTo: [],
    handle: selectEnrolmentKind,
  }),
  'enrol/send': step({
    input: z.strictObject({ seq, phone: mobilePhone.optional(), language: frameLanguage }),
    at: ['enrol'],
    leadsTo: [],
    proof: 'code',
    handle: sendEnrolmentCode,
  }),
  'enrol/passkey': step({
    input: z.strictObject({ seq, response: attestation, language: frameLanguage }),
    at: ['enrol'],
    leadsTo: AFTER_TOKEN,
    handle: proveToken,
  }),
  'enrol/later': step({
    input: plain,
    at: ['enrol'],
    leadsTo: ['done', 'self'],
    handle: postponeEnrolment,
  }),
  codes: step({
    input: plain,
    at: ['codes'],
    leadsTo: ['done', 'self'],
    handle: confirmCodes,
  }),
} as const;

export const stepRoutes = Object.entries(STEPS).map(([path, { routeAt }]) => routeAt(path));

interface Row<At extends AnswerableStep, Body> extends Omit<Step<At, never>, 'handle'> {
  input: z.ZodType<Body>;
  handle: (ports: StepPorts, context: StepContext<At>, input: Omit<Body, 'seq'>) => Promise<StepOutcome<At>>;
}

/** A row with its route. What the schema reads is what the handler takes, at the steps that the row names. */
function step<At extends AnswerableStep, Body extends { seq: number }>(
  row: Row<At, Body>,
): Step<At, Omit<Body, 'seq'>> & { routeAt(path: string): Route<SignInPorts> };
function step<Body extends { seq: number }>({ input, ...row }: Row<AnswerableStep, Body>) {
  const routeAt = (path: string) =>
    internalRoute({
      method: 'post',
      path: `/flow/${path}`,
      // No cookies: the handle is the authority.
      scope: 'public',
      isSameOriginOnly: true,
      body: input,
      handle: async (c, ports: SignInPorts, { seq, ...body }) =>
        flowResponse(c, await submitStep(ports, row, stepRequest(c, seq), body)),
    });
  return { ...row, routeAt };
}
