import type { AccountEvent } from '../event.ts';
import type { AccountId, AdministratorId, ResourceId, TokenId } from '../ids.ts';
import { type Withdrawal, withdrawalsBy } from './withdrawing-events.ts';

/** What was taken away from, or of, one object. */
export interface ObjectWithdrawals {
  withdrawals: Set<Withdrawal>;
  /** How often it was deactivated or activated. */
  switches: number;
  /** Assignments that were removed and not made again. */
  unassigned: RemovedAssignment[];
  /** Tokens that it was assigned with. Those that are not in the backup are lost. */
  newTokens: Set<TokenId>;
  /** Fields and events that a person is to look at. */
  review: Set<string>;
}

/** Without a resource: of all of them. Without a token: the user alone, or the token itself. */
export interface RemovedAssignment {
  resource?: ResourceId;
  token?: TokenId;
}

/** What was taken away in an account, by the id of the object. */
export interface AccountWithdrawals {
  account: AccountId;
  objects: Map<string, ObjectWithdrawals>;
  /** Who became the superuser last. */
  superuser?: AdministratorId;
}

/** Adds what an event took away. Events come in the order in which they happened. */
export function addEvent(all: AccountWithdrawals, event: AccountEvent): void {
  const { objects } = all;
  const { subject, type, resource, related = [], outcome } = event;
  if (subject === undefined || outcome !== 'done') return;
  const found = withdrawalsBy(event);
  if (found.length === 0 && type !== 'assignment.created') return;
  const object = objects.get(subject) ?? nothingYet();
  objects.set(subject, object);

  const [token] = related as TokenId[];
  const assignment = { ...(resource !== undefined && { resource }), ...(token !== undefined && { token }) };
  if (type === 'assignment.created') {
    object.unassigned = object.unassigned.filter((removed) => !isSame(removed, assignment));
    if (token !== undefined) object.newTokens.add(token);
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

export function nothingYet(): ObjectWithdrawals {
  return { withdrawals: new Set(), switches: 0, unassigned: [], newTokens: new Set(), review: new Set() };
}
