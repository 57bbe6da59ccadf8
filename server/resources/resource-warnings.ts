import { contrastFlaws } from '@countersign/protocol/look';
import { KIND_RULES } from '../tokens/kinds/rules.ts';
import { acceptedKinds, mailsFirstFactor, type Resource } from './resource.ts';

/** Warnings for administrators about the settings of a resource; none of them blocks a setting. */
export const RESOURCE_WARNINGS = [
  'OTP_ONLY_CAN_BE_LOCKED_OUT',
  'PASSWORD_ONLY_IS_ONE_FACTOR',
  'MAILED_CODE_ONLY_IS_ONE_FACTOR',
  'SMS_IS_RESTRICTED',
  'MAILBOX_RESETS_AND_CODES',
  'ENROLMENT_KIND_NOT_TAKEN',
  'COLOURS_HARD_TO_READ',
] as const;
export type ResourceWarning = (typeof RESOURCE_WARNINGS)[number];

/**
 * What each warning is about:
 * - a code alone: an attacker who knows a name can send wrong codes until the token locks (SR-49); after a password, they
 *   would need the password too;
 * - a password, or a mailed code, alone: a stolen password or mailbox signs in, also where the user has a token;
 * - text messages: an attacker can take over a phone number (SR-48, NIST SP 800-63B-4 section 3.2.9);
 * - resets and codes in one mailbox: after a reset, a user who has nothing else waits for an administrator (SR-69);
 * - an enrolment kind that the resource does not accept: it is offered to no user;
 * - colours of its look that differ too little in one of the themes (WCAG 2.2 AA).
 */
export function resourceWarnings(
  resource: Pick<
    Resource,
    'methodPolicy' | 'firstFactor' | 'tokenKinds' | 'enrolment' | 'passwordReset' | 'appearance'
  >,
): ResourceWarning[] {
  const taken = acceptedKinds(resource);
  return [
    ...(resource.methodPolicy === 'otp' ? (['OTP_ONLY_CAN_BE_LOCKED_OUT'] as const) : []),
    ...(resource.methodPolicy === 'password' ? [singleFactorWarning(resource)] : []),
    ...(taken.some((kind) => KIND_RULES[kind].isRestricted) ? (['SMS_IS_RESTRICTED'] as const) : []),
    ...(resource.passwordReset && taken.some((kind) => KIND_RULES[kind].isMailbox)
      ? (['MAILBOX_RESETS_AND_CODES'] as const)
      : []),
    ...(resource.enrolment?.kinds.some((kind) => !taken.includes(kind)) ? (['ENROLMENT_KIND_NOT_TAKEN'] as const) : []),
    ...(contrastFlaws(resource.appearance ?? {}).length > 0 ? (['COLOURS_HARD_TO_READ'] as const) : []),
  ];
}

function singleFactorWarning(resource: Pick<Resource, 'firstFactor'>): ResourceWarning {
  return mailsFirstFactor(resource) ? 'MAILED_CODE_ONLY_IS_ONE_FACTOR' : 'PASSWORD_ONLY_IS_ONE_FACTOR';
}
