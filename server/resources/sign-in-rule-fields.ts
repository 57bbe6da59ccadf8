import { BREACH_POLICIES, FIRST_FACTORS } from '@countersign/protocol/resources';
import { z } from '@hono/zod-openapi';

/** What the first factor is, and what follows a sign-in that may not be its user's. */
export const signInRuleFields = {
  firstFactor: z.enum(FIRST_FACTORS).openapi({
    description:
      'The first factor in the widget. `mailed-code`: a code that is mailed to the user in place of the password. Tokens of the kind `email` then do not count, and `methodPolicy` `otp`, `enrolment`, `selfService`, `trustedBrowserDays` and `testMode` are refused.',
  }),
  signInNotices: z.boolean().openapi({
    description: 'Whether users are mailed about a sign-in from a new browser or network, with a link to report it.',
  }),
  breachedPasswords: z.enum(BREACH_POLICIES).openapi({
    description:
      'At a sign-in with a right password on the list of breached ones of the operator: `off`: nothing; `warn`: the result and an event say so; `refuse`: the user must change it first.',
  }),
};
