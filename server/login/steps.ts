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
 * Every step of a sign-in by the request that submits it, `POST /widget/v1/flow/<path>`. Each declares where it is
 * accepted, which function handles it and what may follow. `submit-step.ts` runs one; `ending-refusals.ts` lists the
 * refusals that end the sign-in. The actions of the self-service page are in `self-service/`.
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
