import { readReplacement } from '../../authentication/read-replacement.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { isEnrolmentRequired } from '../../resources/enrolment-policy.ts';
import type { Resource } from '../../resources/resource.ts';
import { type LockRefusal, lockRefusal } from '../../tokens/lockout.ts';
import { isRecovery, type Token } from '../../tokens/token.ts';
import { isUsable } from '../../tokens/usable-tokens.ts';
import { epochOf } from '../../users/credential-epoch.ts';
import type { User } from '../../users/user.ts';
import { offerEnrolment } from './offer-enrolment.ts';
import type { PendingEnrolment } from './pending-enrolment.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'codes'>;

/** A sign-in in which every token of the user is deactivated. */
interface ReplacementQuestion {
  user: User;
  resource: Resource;
  /** The tokens with which the user is assigned to the resource. */
  tokens: readonly Token[];
  /** The factors shown so far, beside the first. */
  passed: PendingEnrolment['passed'];
}

/** What comes before the result. `recovery`: the sets of codes, one of which has to be shown first. */
export type Replacement = { recovery: Token[] } | { enrolling: PendingEnrolment } | { refused: LockRefusal };

/**
 * What a sign-in that drops the code leads to, where the resource requires a token. Undefined: the resource requires
 * none, so the password is enough. If nothing can be set up, the enrolment says so: it has no kinds.
 */
export async function startReplacement(
  ports: Needs,
  { user, resource, tokens, passed }: ReplacementQuestion,
): Promise<Replacement | undefined> {
  const now = ports.clock.now();
  // Most resources require none: read nothing for them.
  if (!isEnrolmentRequired(resource.enrolment, now)) return undefined;
  const isRecoveryShown = passed.otp === 'verified' && passed.kind === 'recovery';
  const { decision } = await readReplacement(ports, { user, resource, tokens }, isRecoveryShown);
  switch (decision) {
    case 'locked':
      return { refused: lockRefusal(tokens.filter(isRecovery)) };
    case 'ask-recovery':
      return { recovery: tokens.filter((token) => isRecovery(token) && isUsable(token, ['recovery'], now)) };
    case 'refuse':
    case 'enrol': {
      const credentialEpoch = epochOf(user);
      const none: PendingEnrolment = { kinds: [], basis: 'replacement', credentialEpoch, passed, mayWait: false };
      if (decision === 'refuse') return { enrolling: none };
      const question = { user, resource, basis: 'replacement', isAsked: false } as const;
      return { enrolling: (await offerEnrolment(ports, question, passed)) ?? none };
    }
  }
}
