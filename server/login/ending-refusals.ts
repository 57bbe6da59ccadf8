import type { RefusalCode } from '@countersign/protocol/codes';

/** The refusals that end a sign-in. After all others the user may try the step again. */
const ENDING_REFUSALS: ReadonlySet<RefusalCode> = new Set([
  'TRANSACTION_CANCELLED',
  'TOKEN_LOCKED',
  'TOKEN_OUT_OF_STEP',
  'ENROLMENT_LINK_INVALID',
  'CONFIRMATION_REQUIRED',
  'ACCESS_DENIED',
  'ENVIRONMENT_MISMATCH',
  'LEVEL_UNREACHABLE',
  'FILTER_DENIED',
  'PLAN_INACTIVE',
  'RESOURCE_DISABLED',
  'RESOURCE_NOT_FOUND',
]);

export function endsSignIn(code: RefusalCode): boolean {
  return ENDING_REFUSALS.has(code);
}
