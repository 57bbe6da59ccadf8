import { refusal } from '../../kernel/result.ts';
import type { StepOutcome } from '../step-outcome.ts';

/** The user rejects the transaction: nothing can confirm it any more. */
export async function cancelTransaction(): Promise<StepOutcome<'sign'>> {
  return { refusal: refusal('TRANSACTION_CANCELLED') };
}
