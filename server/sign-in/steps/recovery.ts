import { checkSecondFactor } from '../second-factor.ts';
import type { StepContext } from '../step.ts';
import type { StepOutcome, StepPorts } from '../step-outcome.ts';

/** Checks a recovery code, for a user without their device. */
export function checkRecoveryCode(
  ports: StepPorts,
  context: StepContext<'recovery'>,
  { code }: { code: string },
): Promise<StepOutcome> {
  return checkSecondFactor(ports, context, { kind: 'recovery', code });
}
