import { ENROLMENT_KINDS } from '@countersign/protocol/tokens';
import { z } from '@hono/zod-openapi';
import { instant } from '../http/api/fields.ts';
import type { EnrolmentPolicy } from './enrolment-policy.ts';

const policy = {
  kinds: z.array(z.enum(ENROLMENT_KINDS)).min(1).max(ENROLMENT_KINDS.length).openapi({
    description:
      'What users can set up. `webauthn`: a passkey or security key; `totp`: an authenticator app; `email` and `sms`: codes that are sent. They must be among `tokenKinds` too. A kind that is not available (no mail server, no address) is not offered. Recovery codes come with the first token.',
  }),
  required: z.boolean().openapi({ description: 'Whether users who never had a token must set one up to sign in.' }),
  postponableUntil: instant.nullable().openapi({
    description: 'Until when users can postpone it although it is required. Null: they cannot.',
    example: null,
  }),
  unlockByMail: z.boolean().openapi({
    description: 'Whether users can request, after their password, a link by email that unlocks their locked tokens.',
  }),
  passkeyUpgrade: z.boolean().openapi({
    description:
      'Whether a browser may create a passkey without asking after a sign-in with a password and another factor, once for each user. `kinds` has to contain `webauthn`.',
  }),
};

export const policyInput = z
  .strictObject({
    ...policy,
    postponableUntil: policy.postponableUntil.default(null),
    unlockByMail: policy.unlockByMail.default(false),
    passkeyUpgrade: policy.passkeyUpgrade.default(false),
  })
  .openapi('EnrolmentPolicyInput', { description: 'How users set up tokens themselves when they sign in.' });
export const policyView = z
  .object(policy)
  .openapi('EnrolmentPolicy', { description: 'How users set up tokens themselves when they sign in.' });

export function presentPolicy(policy: EnrolmentPolicy | undefined): z.input<typeof policyView> | null {
  if (!policy) return null;
  const { postponableUntil = null, unlockByMail = false, passkeyUpgrade = false } = policy;
  return { ...policy, postponableUntil, unlockByMail, passkeyUpgrade };
}

export function policyOf({ postponableUntil, ...policy }: z.output<typeof policyInput>): EnrolmentPolicy {
  return { ...policy, ...(postponableUntil !== null && { postponableUntil }) };
}
