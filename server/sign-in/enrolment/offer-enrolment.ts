import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { assessEnrolment, type EnrolmentQuestion } from '../../authentication/assess-enrolment.ts';
import { acceptedKindsFrom } from '../../authentication/second-factor.ts';
import { idFromBytes } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { isRecovery } from '../../tokens/token.ts';
import { epochOf } from '../../users/credential-epoch.ts';
import { trustEpochOf } from '../../users/trust-epoch.ts';
import type { Flow } from '../flow.ts';
import type { PendingEnrolment } from './pending-enrolment.ts';
import { startTokenCreation } from './start-token-creation.ts';

/** Offers the user a token to set up if one is due now; otherwise the sign-in continues without. */
export async function offerEnrolment(
  ports: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets' | 'codes'>,
  question: EnrolmentQuestion,
  passed: PendingEnrolment['passed'],
): Promise<PendingEnrolment | undefined> {
  const { user, resource, basis, isAsked } = question;
  // Most resources have no policy, and most sign-ins are past the offer: read nothing for them.
  if (!resource.enrolment || (basis === 'second-factor' && !isAsked)) return undefined;
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

/** Whether the page of this sign-in, or the user on the self-service page, asks for an enrolment. */
export function wantsEnrolment({ purpose, self, enrolling }: Pick<Flow, 'purpose' | 'self' | 'enrolling'>): boolean {
  return purpose === 'enrol' || (self !== undefined && enrolling !== undefined);
}
