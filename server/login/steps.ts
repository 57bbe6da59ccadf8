import { confirmCodes, enrol, enrolPasskey, postponeEnrolment } from '../enrolment/finish-enrolment.ts';
import { selectKind } from '../enrolment/select-kind.ts';
import { sendFirstCode } from '../enrolment/send-first-code.ts';
import { identify } from './steps/identify.ts';
import { otp, recovery } from './steps/otp.ts';
import { passkey } from './steps/passkey.ts';
import { password } from './steps/password.ts';
import { selectFactor } from './steps/select-factor.ts';
import { cancel, sign } from './steps/sign.ts';

/**
 * Every step of a sign-in by the request that submits it, `POST /widget/v1/flow/<path>`. Each says where it is accepted,
 * who handles it and what may follow. `submit-step.ts` runs one; `ending-refusals.ts` says which refusals end the sign-in.
 * What a user does on the self-service page is in `self-service/`.
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
