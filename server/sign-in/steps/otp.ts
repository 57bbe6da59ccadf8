import type { TokenId } from '../../kernel/ids.ts';
import { factorOf } from '../flow.ts';
import { checkSecondFactor } from '../second-factor.ts';
import type { StepContext } from '../step.ts';
import type { StepOutcome, StepPorts } from '../step-outcome.ts';
import { checkMailedCode } from './mailed-code.ts';

/** Checks a one-time password. It is well-formed: a malformed one was refused before the step was claimed (SR-47). */
export function checkOtp(
  ports: StepPorts,
  { flow, ...rest }: StepContext<'otp' | 'mail'>,
  { otp }: { otp: string },
): Promise<StepOutcome> {
  if (flow.step === 'mail') return checkMailedCode(ports, { flow, ...rest }, otp);
  const chosen = factorOf(flow);
  // A code that was sent to one phone is not verified on the others, nor counted against them.
  const token = chosen && chosen.kind !== 'code' ? { token: chosen.id as TokenId } : {};
  return checkSecondFactor(ports, { flow, ...rest }, { kind: 'code', otp, ...token });
}
