import type { RefusalCode } from '@countersign/protocol/codes';
import { confirmCodes, enrol, enrolPasskey, postponeEnrolment } from './enrolment/finish-enrolment.ts';
import { selectKind } from './enrolment/select-kind.ts';
import { sendFirstCode } from './enrolment/send-first-code.ts';
import { identify } from './steps/identify.ts';
import { otp, recovery } from './steps/otp.ts';
import { passkey } from './steps/passkey.ts';
import { password } from './steps/password.ts';
import { selectFactor } from './steps/select-factor.ts';
import { cancel, sign } from './steps/sign.ts';

/**
 * Every step of a sign-in by the request that submits it, `POST /widget/v1/flow/<path>`. Each declares where it is
 * accepted, which function handles it and what may follow. `step-routes.ts` reads the request, `submit-step.ts` runs
 * the step. The actions of the self-service page are in `self-service/`.
 */
export const STEPS = {
  identify,
  password,
  otp,
  recovery,
  passkey,
  factor: selectFactor,
  sign,
  cancel,
  enrol,
  'enrol/kind': selectKind,
  'enrol/send': sendFirstCode,
  'enrol/passkey': enrolPasskey,
  'enrol/later': postponeEnrolment,
  codes: confirmCodes,
} as const;

export type StepPath = keyof typeof STEPS;

/** The refusals that end a sign-in. After all others the user may try the step again. */
const ENDING_REFUSALS: ReadonlySet<RefusalCode> = new Set([
  'TRANSACTION_CANCELLED',
  'TOKEN_LOCKED',
  'TOKEN_LOCKED_BY_ADMINISTRATOR',
  'TOKEN_OUT_OF_STEP',
  'ENROLMENT_LINK_INVALID',
  'CONFIRMATION_REQUIRED',
  'PASSWORD_CHANGE_REQUIRED',
  'ACCESS_DENIED',
  'ENVIRONMENT_MISMATCH',
  'LEVEL_UNREACHABLE',
  'HOOK_DENIED',
  'FILTER_DENIED',
  'PLAN_INACTIVE',
  'RESOURCE_DISABLED',
  'RESOURCE_NOT_FOUND',
]);

export function endsSignIn(code: RefusalCode): boolean {
  return ENDING_REFUSALS.has(code);
}
