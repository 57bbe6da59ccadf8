import type { Resource } from './resource.ts';

/** What whoever runs a resource should know about how it is set; nothing is refused for it. */
export const RESOURCE_WARNINGS = ['OTP_ONLY_CAN_BE_LOCKED_OUT'] as const;
export type ResourceWarning = (typeof RESOURCE_WARNINGS)[number];

/**
 * Where a code is all that is asked for, whoever knows a person's name can send wrong ones until the token locks (SR-49).
 * Behind a password nobody gets to do that without knowing it.
 */
export function resourceWarnings({ methodPolicy }: Pick<Resource, 'methodPolicy'>): ResourceWarning[] {
  return methodPolicy === 'otp' ? ['OTP_ONLY_CAN_BE_LOCKED_OUT'] : [];
}
