import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { acceptedKindsFrom } from '../authentication/second-factor.ts';
import type { Flow } from '../flows/flow.ts';
import type { PendingEnrolment } from '../flows/pending-enrolment.ts';
import { idFromBytes } from '../kernel/ids.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { Resource } from '../resources/resource.ts';
import { tokenDocument, tokenIndexes } from '../tokens/documents.ts';
import type { EnrolmentBasis } from '../tokens/kinds/kind-enrolment.ts';
import { isRecovery, type Token } from '../tokens/token.ts';
import { hadToken } from '../tokens/token-history.ts';
import { restsOnMailboxAlone } from '../users/mailbox.ts';
import type { User } from '../users/user.ts';
import { decideEnrolment, type EnrolmentDecision, isPairedWith } from './enrolment.ts';
import { availableKinds, startTokenCreation } from './start-token-creation.ts';

export interface EnrolmentQuestion {
  user: User;
  resource: Resource;
  basis: EnrolmentBasis;
  /** The page asks for it. */
  isAsked: boolean;
}

/** Far more tokens than a user has. */
const LOOKED_AT = 200;

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
    isPairedHere: isPairedWith(user, resource.id, owned),
    isMailboxAlone: restsOnMailboxAlone(user),
  };
  return { decision: decideEnrolment(facts, ports.clock.now()), owned };
}

/** Whether the user may have more tokens than these: only so many are read. */
export function mayBeMore(owned: readonly Token[]): boolean {
  return owned.length >= LOOKED_AT;
}

/** Every token of the user. */
export async function ownedTokens(ports: Pick<Ports, 'store' | 'clock'>, { account, id }: User): Promise<Token[]> {
  const entries = await ports.store.range(tokenIndexes.ofOwner(account, id), { limit: LOOKED_AT });
  const stored = await ports.store.getMany(
    entries.map((entry) => tokenDocument.key(entry.id as Token['id'])),
    ports.clock.now(),
  );
  return stored.flatMap((token) => (token?.value.owner === id ? [token.value] : []));
}

/** Whether the page of this sign-in, or the user on the self-service page, asks for an enrolment. */
export function wantsEnrolment({ purpose, self, enrolling }: Pick<Flow, 'purpose' | 'self' | 'enrolling'>): boolean {
  return purpose === 'enrol' || (self !== undefined && enrolling !== undefined);
}
