import type { AccountId, ResourceId, UserId } from '../kernel/ids.ts';
import type { IndexedEntry } from '../kernel/ports/store.ts';
import { defineDocument } from '../store/define-document.ts';
import { defineIndexes } from '../store/define-indexes.ts';
import { byCreation, isMainName, nameEntries } from '../store/index-entries.ts';
import type { LastSignIns } from './last-sign-ins.ts';
import type { NameClaim, User } from './user.ts';
import { readExternalId } from './user-names.ts';

export const userDocument = defineDocument<User, [id: UserId]>({
  kind: 'user',
  description: 'A user: names, email address, phone number, external id, metadata, password hash, assignments.',
  anchor: 'user',
  key: (id) => [id],
  indexes: entriesOf,
  secrets: 'none',
  onRestore: {
    change: 'a password alone sets up no token',
    // A token that was enrolled after the backup is unknown: a password alone must not enrol another (SR-69).
    rule: (user) => ({ ...withoutComparison(user), hadToken: true }),
  },
  onLostKey: withoutComparison,
  expires: 'never',
});

/** `claim` is one of `userClaims`: a name that `kernel/names.ts` has normalised, or an external id. */
export const nameClaimDocument = defineDocument<NameClaim, [account: AccountId, claim: string]>({
  kind: 'claim',
  description: 'Which user a name or an external id belongs to.',
  anchor: 'name or external id in an account',
  key: (account, claim) => {
    const externalId = readExternalId(claim);
    return [externalId === undefined ? `name/${account}/${claim}` : `external/${account}/${externalId}`];
  },
  secrets: 'none',
  onRestore: 'keep',
  expires: 'never',
});

export const lastSignInsDocument = defineDocument<LastSignIns, [user: UserId]>({
  kind: 'last-sign-ins',
  description: 'The UTC day of a user’s last sign-in to each resource.',
  anchor: 'user',
  key: (user) => [user],
  secrets: 'none',
  onRestore: 'keep',
  expires: 'never; deleted with the user',
});

/** Users, sorted by creation unless the name says otherwise. */
export const userIndexes = defineIndexes(
  { kind: 'users', anchorOf: ({ id }) => id, onRestore: 'keep' },
  {
    created: (account: AccountId) => `${account}/created`,
    names: (account: AccountId) => `${account}/names`,
    /** By login. */
    sorted: (account: AccountId) => `${account}/sorted`,
    onResource: (account: AccountId, resource: ResourceId) => `${account}/on/${resource}`,
    blocked: (account: AccountId) => `${account}/blocked`,
  },
);

function entriesOf(user: User): IndexedEntry[] {
  const { account } = user;
  const { login, alias, email, phone, firstName, secondName, externalId } = user;
  // Users of versions without external ids have none, so no entry is missing for them.
  const names = [login, alias, email, phone, firstName, secondName, externalId];
  const entry = byCreation(user);
  const named = nameEntries(user.id, names);
  return [
    { index: userIndexes.created(account), entry },
    ...named.map((name) => ({ index: userIndexes.names(account), entry: name })),
    ...named.filter(isMainName).map((name) => ({ index: userIndexes.sorted(account), entry: name })),
    ...(user.blocked ? [{ index: userIndexes.blocked(account), entry }] : []),
    ...user.assignments.map(({ resource }) => ({ index: userIndexes.onResource(account, resource), entry })),
  ];
}

/** The known sign-ins are dropped, so the next one of each user counts as the first and causes no mail. */
function withoutComparison({ signInsCompared: _dropped, ...user }: User): User {
  return user;
}
