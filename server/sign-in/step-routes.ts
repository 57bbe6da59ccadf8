import { z } from '@hono/zod-openapi';
import { languageTag, password } from '../http/api/fields.ts';
import { internalRoute } from '../http/api/route.ts';
import { mailLanguage } from '../kernel/mail.ts';
import { ENROLMENT_KINDS } from '../resources/enrolment-policy.ts';
import { assertion, attestation } from '../tokens/kinds/passkey/passkey-fields.ts';
import type { AnswerableStep } from './flow.ts';
import { MAX_SHOWN_SECRETS } from './rules/trusted-browsers/trusted-browser.ts';
import type { Step } from './step.ts';
import { flowResponse, mobilePhone, stepRequest, typedOtp } from './step-fields.ts';
import type { StepPorts } from './step-outcome.ts';
import { STEPS, type StepPath } from './steps.ts';
import { submitStep } from './submit-step.ts';

const seq = z.int().min(0).max(1000);
/** The language of the frame, for messages that a step sends. */
const language = languageTag.transform(mailLanguage);
/** The frame always sends its language with the steps of an enrolment. */
const plain = z.strictObject({ seq, language: languageTag });

/** The secret of a trusted browser. */
const browserSecret = z.string().regex(/^[A-Za-z0-9_-]{32}$/);
/** The user wants to trust the browser. */
const trust = z.literal(true).optional();

type InputOf<Path extends StepPath> = (typeof STEPS)[Path] extends Step<infer _At, infer Input> ? Input : never;

/**
 * The schema of each step's input. A malformed input is refused before the step is claimed: it is no attempt (SR-47).
 */
const INPUTS = {
  identify: z.strictObject({ seq, login: z.string().trim().min(1).max(200) }),
  password: z.strictObject({ seq, password, browsers: z.array(browserSecret).max(MAX_SHOWN_SECRETS).optional() }),
  otp: z.strictObject({ seq, otp: typedOtp, trust }),
  recovery: z.strictObject({ seq, code: z.string().min(1).max(40) }),
  passkey: z.strictObject({ seq, response: assertion, trust }),
  factor: z.strictObject({ seq, factor: z.string().min(1).max(40), language }),
  sign: z.strictObject({ seq, otp: typedOtp }),
  cancel: z.strictObject({ seq }),
  enrol: z.strictObject({ seq, otp: typedOtp, language }),
  'enrol/kind': plain.extend({ kind: z.enum(ENROLMENT_KINDS).optional() }),
  'enrol/send': z.strictObject({ seq, phone: mobilePhone.optional(), language }),
  'enrol/passkey': z.strictObject({ seq, response: attestation, language }),
  'enrol/later': plain,
  codes: plain,
} satisfies { [Path in StepPath]: z.ZodType<{ seq: number } & InputOf<Path>> };

/** Every step of the sign-in, `POST /flow/<path>`. */
export const stepRoutes = (Object.keys(STEPS) as StepPath[]).map(stepRoute);

function stepRoute<Path extends StepPath>(path: Path) {
  // The table of inputs is checked against the steps above, which TypeScript cannot infer for one of them.
  const schema = INPUTS[path] as unknown as z.ZodType<{ seq: number } & InputOf<Path>>;
  const step = STEPS[path] as unknown as Step<AnswerableStep, InputOf<Path>>;
  return internalRoute({
    method: 'post',
    path: `/flow/${path}`,
    // No cookies: the handle is the authority.
    scope: 'public',
    isSameOriginOnly: true,
    body: schema,
    handle: async (c, ports: StepPorts, body) =>
      flowResponse(c, await submitStep(ports, step, stepRequest(c, body.seq), body)),
  });
}
