import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { replacementPermittedUntil } from '../../authentication/lost-device.ts';
import { acceptedKindsFrom } from '../../authentication/second-factor.ts';
import { idFromBytes } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import type { Resource } from '../../resources/resource.ts';
import type { EnrolmentBasis } from '../../tokens/kinds/kind-enrolment.ts';
import { ownedTokens } from '../../tokens/owned-tokens.ts';
import { isRecovery, type Token } from '../../tokens/token.ts';
import { hadToken } from '../../tokens/token-history.ts';
import { epochOf } from '../../users/credential-epoch.ts';
import { restsOnMailboxAlone } from '../../users/mailbox.ts';
import { trustEpochOf } from '../../users/trust-epoch.ts';
import type { User } from '../../users/user.ts';
import type { Flow } from '../flow.ts';
import { decideEnrolment, type EnrolmentDecision, isPairedWith } from './enrolment.ts';
import type { PendingEnrolment } from './pending-enrolment.ts';
import { availableKinds, startTokenCreation } from './start-token-creation.ts';

export interface EnrolmentQuestion {
  user: User;
  resource: Resource;
  basis: EnrolmentBasis;
  /** The page asks for it. */
  isAsked: boolean;
}

/** Offers the user a token to set up if one is due now; otherwise the sign-in continues without. */
export async function offerEnrolment(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'codes'>,
  question: EnrolmentQuestion,
  passed: PendingEnrolment['passed'],
): Promise<PendingEnrolment | undefined> {
  const { user, resource, basis } = question;
  const { decision, owned } = await assessEnrolment(ports, question);
  if (decision.kind === 'none') return undefined;
  const { kinds } = decision;
  const [only, ...others] = kinds;
  // With a single kind there is nothing to choose.
  const making = only && others.length === 0 ? startTokenCreation(ports, only, user) : undefined;
  const takesCodes = acceptedKindsFrom(user, resource).includes('recovery') && !owned.some(isRecovery);
  return {
    kinds,
    ...omitUndefined({ making }),
    ...(takesCodes && { recovery: idFromBytes('tok', ports.random.bytes(7)) }),
    basis,
    credentialEpoch: epochOf(user),
    ...(passed.token !== undefined && { trustEpoch: trustEpochOf(user) }),
    passed,
    mayWait: decision.kind === 'offer',
    ...(decision.kind === 'offer' && decision.until !== undefined && { until: decision.until }),
  };
}

/** Whether the user may set up a token now, and the tokens that they own. */
export async function assessEnrolment(
  ports: Pick<Ports, 'store' | 'clock' | 'codes'>,
  { user, resource, basis, isAsked }: EnrolmentQuestion,
): Promise<{ decision: EnrolmentDecision; owned: Token[] }> {
  // Most resources have no policy, and most sign-ins are past the offer: read nothing for them.
  if (!resource.enrolment || (basis === 'second-factor' && !isAsked)) return { decision: { kind: 'none' }, owned: [] };
  const owned = await ownedTokens(ports, user);
  const { enrolment: policy, methodPolicy } = resource;
  const accepts = acceptedKindsFrom(user, resource);
  const available = availableKinds(ports, user, owned, basis);
  const facts = {
    policy,
    methodPolicy,
    accepts,
    available,
    basis,
    isAsked,
    hadToken: hadToken(user, owned),
    isReplacementPermitted: replacementPermittedUntil(user, resource.id, owned, ports.clock.now()) !== undefined,
    isPairedHere: isPairedWith(user, resource.id, owned),
    isMailboxAlone: restsOnMailboxAlone(user),
  };
  return { decision: decideEnrolment(facts, ports.clock.now()), owned };
}

/** Whether the page of this sign-in, or the user on the self-service page, asks for an enrolment. */
export function wantsEnrolment({ purpose, self, enrolling }: Pick<Flow, 'purpose' | 'self' | 'enrolling'>): boolean {
  return purpose === 'enrol' || (self !== undefined && enrolling !== undefined);
}
