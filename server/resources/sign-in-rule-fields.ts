import { z } from '@hono/zod-openapi';
import { BREACH_POLICIES } from './resource.ts';

/** What follows a sign-in that may not be its user's. */
export const signInRuleFields = {
  signInNotices: z.boolean().openapi({
    description: 'Whether users are mailed about a sign-in from a new browser or network, with a link to report it.',
  }),
  breachedPasswords: z.enum(BREACH_POLICIES).openapi({
    description:
      'At a sign-in with a right password on the list of breached ones of the operator: `off`: nothing; `warn`: the result and an event say so; `refuse`: the user must change it first.',
  }),
};
