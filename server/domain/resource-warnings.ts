import type { Resource } from './resource.ts';
import { acceptedKinds } from './second-factor.ts';

/** What whoever runs a resource should know about how it is set; nothing is refused for it. */
export const RESOURCE_WARNINGS = [
  'OTP_ONLY_CAN_BE_LOCKED_OUT',
  'PASSWORD_ONLY_IS_ONE_FACTOR',
  'SMS_IS_RESTRICTED',
  'MAILBOX_RESETS_AND_CODES',
  'ENROLMENT_KIND_NOT_TAKEN',
] as const;
export type ResourceWarning = (typeof RESOURCE_WARNINGS)[number];

/**
 * Where a code is all that is asked for, whoever knows a person's name can send wrong ones until the token locks (SR-49).
 * Behind a password nobody gets to do that without knowing it. Where the policy is the password alone, a stolen password signs in,
 * also to a user who has a token. Text messages can be had by whoever takes over a phone number
 * (SR-48, NIST SP 800-63B-4 section 3.2.9). Where the same mailbox gets password resets and codes, a user who has nothing else waits
 * for an administrator after a reset (SR-69). A kind that people are to set up, and that the resource does not take, is offered to
 * nobody.
 */
export function resourceWarnings(
  resource: Pick<Resource, 'methodPolicy' | 'tokenKinds' | 'enrolment' | 'passwordReset'>,
): ResourceWarning[] {
  const taken = acceptedKinds(resource);
  return [
    ...(resource.methodPolicy === 'otp' ? (['OTP_ONLY_CAN_BE_LOCKED_OUT'] as const) : []),
    ...(resource.methodPolicy === 'password' ? (['PASSWORD_ONLY_IS_ONE_FACTOR'] as const) : []),
    ...(taken.includes('sms') ? (['SMS_IS_RESTRICTED'] as const) : []),
    ...(resource.passwordReset && taken.includes('email') ? (['MAILBOX_RESETS_AND_CODES'] as const) : []),
    ...(resource.enrolment?.kinds.some((kind) => !taken.includes(kind)) ? (['ENROLMENT_KIND_NOT_TAKEN'] as const) : []),
  ];
}
