import type { RefusalCode } from '@countersign/protocol/codes';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { EnvironmentAction } from '@countersign/protocol/resources';
import { isEnrolmentRequired } from '../resources/enrolment-policy.ts';
import { mailsFirstFactor, type Resource } from '../resources/resource.ts';
import { lockRefusal } from '../tokens/lockout.ts';
import { isRecovery, type Token } from '../tokens/token.ts';
import type { User } from '../users/user.ts';
import { checkResult } from './access.ts';
import { assessEnrolment } from './assess-enrolment.ts';
import type { ReplacementDecision } from './lost-device.ts';
import { readReplacement } from './read-replacement.ts';
import type { Level, RequiredFactors } from './step-up.ts';

/** What the widget asks a user to set up between the first factor and the result. */
export type EnrolmentCheck =
  /** Every token is deactivated where one is required: `until` is the end of the permission to replace them. */
  | { check: 'replacement'; state: 'permitted' | 'recovery-code' | 'locked' | 'not-permitted'; until?: number }
  /** `impossible`: a token is required that the user cannot set up there. `until`: how long it may be postponed. */
  | { check: 'enrolment'; state: 'required' | 'offered' | 'impossible'; until?: number };

interface Situation {
  user: User;
  resource: Resource;
  /** Those with which the user is assigned to the resource. */
  tokens: readonly Token[];
  required: RequiredFactors;
  /** Of the host's request. */
  level?: Level | undefined;
  /** How the browser differs from those that the user is known with. */
  differs?: EnvironmentAction | undefined;
}

interface ExplainedEnrolment {
  checks: (EnrolmentCheck & { passed: boolean; code?: RefusalCode })[];
  /** The sign-in leads to a new token before it leads to a result. */
  leadsToToken: boolean;
}

/** What a sign-in decides on it after the right first factor. */
export async function explainEnrolment(
  ports: Parameters<typeof assessEnrolment>[0],
  { user, resource, tokens, required, level, differs }: Situation,
): Promise<ExplainedEnrolment> {
  const isSkipped = required.kind === 'factors' && required.otpSkipped;
  const isReplaced = isSkipped && isEnrolmentRequired(resource.enrolment, ports.clock.now());
  // Not where a code is asked for, not after a mailed code, and not from an unknown browser after a password alone. A
  // request for a level is refused at its start, before a password.
  const isEnded = required.kind === 'factors' ? required.otp : level !== undefined;
  const isPassed = isEnded || mailsFirstFactor(resource) || differs !== undefined;
  if (!isReplaced && (!resource.enrolment || isPassed)) return { checks: [], leadsToToken: false };

  const replacement = isReplaced ? [await replacementCheck(ports, user, resource, tokens)] : [];
  if (replacement.some(({ passed }) => !passed)) return { checks: replacement, leadsToToken: true };
  const basis = isReplaced ? 'replacement' : 'password';
  const { decision } = await assessEnrolment(ports, { user, resource, basis, isAsked: false });
  if (decision.kind === 'none' && !isReplaced) return { checks: [], leadsToToken: false };
  const isPossible = decision.kind !== 'none' && decision.kinds.length > 0;
  const state = !isPossible ? 'impossible' : decision.kind === 'demand' ? 'required' : 'offered';
  const until = decision.kind === 'offer' ? decision.until : undefined;
  const enrolment = { check: 'enrolment', state, ...omitUndefined({ until }) } as const;
  return {
    checks: [...replacement, { ...enrolment, ...checkResult(isPossible, 'ENROLMENT_REQUIRED') }],
    // Where the password is not enough, an offered token cannot be left out.
    leadsToToken: state !== 'offered' || required.kind === 'deny',
  };
}

async function replacementCheck(
  ports: Parameters<typeof assessEnrolment>[0],
  user: User,
  resource: Resource,
  tokens: readonly Token[],
): Promise<ExplainedEnrolment['checks'][number]> {
  const { decision, until } = await readReplacement(ports, { user, resource, tokens }, false);
  const state = REPLACEMENT_STATES[decision];
  const passed = state === 'permitted' || state === 'recovery-code';
  const code = state === 'locked' ? lockRefusal(tokens.filter(isRecovery)) : 'ENROLMENT_REQUIRED';
  return { check: 'replacement', state, ...omitUndefined({ until }), ...checkResult(passed, code) };
}

const REPLACEMENT_STATES = {
  enrol: 'permitted',
  'ask-recovery': 'recovery-code',
  locked: 'locked',
  refuse: 'not-permitted',
} as const satisfies Record<ReplacementDecision, string>;
