import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { AccountEvent } from '../../../kernel/event.ts';
import type { AccountId, AdministratorId, ResourceId, TokenId } from '../../../kernel/ids.ts';
import { type Withdrawal, withdrawalsBy } from './withdrawing-events.ts';

/** The withdrawals that affect one object. */
export interface ObjectWithdrawals {
  withdrawals: Set<Withdrawal>;
  /** How often it was deactivated or activated. */
  switches: number;
  /** Assignments that were removed and not made again. */
  unassigned: RemovedAssignment[];
  /** The new assignments with tokens. Those that are not in the backup are lost. */
  newPairs: NewPair[];
  /** Some of it may have happened before the backup read the object. */
  isUncertain: boolean;
  /** Fields and events for an operator to review. */
  review: Set<string>;
}

/** Without a resource: all of them. Without a token: the user alone, or the token itself. */
interface RemovedAssignment {
  resource?: ResourceId;
  token?: TokenId;
}

export interface NewPair {
  resource: ResourceId;
  token: TokenId;
}

/** The withdrawals of an account, by the id of the object. */
export interface AccountWithdrawals {
  account: AccountId;
  objects: Map<string, ObjectWithdrawals>;
  /** The latest superuser. */
  superuser?: AdministratorId;
  /** Events were lost, perhaps with an access that was granted again or replaced. */
  hasGaps?: boolean;
}

/**
 * Adds the withdrawals of an event. Events come in the order in which they happened.
 *
 * @param isUncertain whether it may have happened before the backup read the object
 */
export function addEvent(all: AccountWithdrawals, event: AccountEvent, isUncertain = false): void {
  const { objects } = all;
  const { subject, type, resource, related = [], outcome } = event;
  if (type === 'events.lost') all.hasGaps = true;
  if (subject === undefined || outcome !== 'done') return;
  const found = withdrawalsBy(event);
  if (found.length === 0 && type !== 'assignment.created') return;
  const object = objects.get(subject) ?? noWithdrawals();
  objects.set(subject, object);

  object.isUncertain ||= isUncertain;
  const tokens = related as TokenId[];
  const [token] = tokens;
  const assignment = omitUndefined({ resource, token });
  if (type === 'assignment.created') {
    object.unassigned = object.unassigned.filter((removed) => !isSame(removed, assignment));
    if (resource !== undefined) object.newPairs.push(...tokens.map((one) => ({ resource, token: one })));
  }
  for (const { withdrawal, because } of found) {
    if (withdrawal === 'hand-over') all.superuser = subject as AdministratorId;
    if (withdrawal === 'review') object.review.add(because);
    else object.withdrawals.add(withdrawal);
    if (withdrawal === 'switch') object.switches += 1;
    if (withdrawal === 'unassign' && !object.unassigned.some((removed) => isSame(removed, assignment))) {
      object.unassigned.push(assignment);
    }
  }
}

function isSame(one: RemovedAssignment, other: RemovedAssignment): boolean {
  return one.resource === other.resource && one.token === other.token;
}

export function noWithdrawals(): ObjectWithdrawals {
  return {
    withdrawals: new Set(),
    switches: 0,
    unassigned: [],
    newPairs: [],
    isUncertain: false,
    review: new Set(),
  };
}
