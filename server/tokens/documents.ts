import type { AccountId, ResourceId, TokenId, UserId } from '../kernel/ids.ts';
import type { IndexedEntry } from '../kernel/ports/store.ts';
import { defineDocument } from '../store/define-document.ts';
import { defineIndexes } from '../store/define-indexes.ts';
import { byCreation, isMainName, nameEntries } from '../store/index-entries.ts';
import type { Challenge } from './challenge.ts';
import type { CodeChecks } from './code-checks.ts';
import { rulesOf } from './kinds/rules.ts';
import { withoutSecrets } from './lost-secret.ts';
import { restoredToken } from './restored-token.ts';
import { restoredSpentSeed, type SpentSeed } from './spent-seed.ts';
import type { Token, TokenFactor } from './token.ts';

export const tokenDocument = defineDocument<Token, [id: TokenId]>({
  kind: 'token',
  description: 'A token of any kind: owner, state, counters, seed, phone number, email address or public key.',
  anchor: 'token',
  key: (id) => [id],
  indexes: entriesOf,
  secrets: {
    fields: 'seed, hash of the PIN',
    of: (token) => (token.secretLost ? [] : (rulesOf(token).sealedSecrets?.(token) ?? [])),
  },
  onRestore: {
    change: 'codes from before the restore are refused; recovery codes are void',
    rule: (token, { now }) => restoredToken(token, now),
  },
  onLostKey: withoutSecrets,
  expires: 'never',
});

export const codeChecksDocument = defineDocument<CodeChecks, [token: TokenId]>({
  kind: 'code-checks',
  description: 'How often an administrator checked a code of a token.',
  anchor: 'token',
  key: (token) => [token],
  secrets: 'none',
  onRestore: 'keep',
  expires: '7 days after the last check',
});

/** Maps a passkey to its token and makes it unique. `hash`: see `kinds/passkey`. */
export const credentialClaimDocument = defineDocument<{ token: TokenId }, [account: AccountId, hash: string]>({
  kind: 'credential-claim',
  description: 'Which token a passkey is.',
  anchor: 'hash of a credential id',
  key: (account, hash) => [`credential/${account}/${hash}`],
  secrets: 'none',
  onRestore: 'keep',
  expires: 'never',
});

/** `mac`: see `spent-seeds.ts`. */
export const spentSeedDocument = defineDocument<SpentSeed, [account: AccountId, mac: string]>({
  kind: 'spent-seed',
  description: 'How far the codes of a seed were used by tokens that are deleted. Holds no seed.',
  anchor: 'MAC of a seed',
  key: (account, mac) => [`spent-seed/${account}/${mac}`],
  secrets: 'none',
  onRestore: { change: 'a counting token needs a resync', rule: restoredSpentSeed },
  onLostKey: 'drop',
  expires: 'once no window reaches the codes; never for counting tokens',
});

/** `scope`: the sign-in, or `apiScope` of a resource. */
export const challengeDocument = defineDocument<Challenge, [token: TokenId, scope: string]>({
  kind: 'challenge',
  description: 'What a token is asked for: a delivered code, an OCRA challenge, a passkey challenge.',
  anchor: 'token',
  key: (token, scope) => [token, scope],
  secrets: 'none',
  onRestore: 'drop',
  onLostKey: 'drop',
  expires: 'with the challenge',
});

/** Tokens, by creation unless stated otherwise. */
export const tokenIndexes = defineIndexes(
  { kind: 'tokens', anchorOf: ({ id }) => id, onRestore: 'keep' },
  {
    created: (account: AccountId) => `${account}/created`,
    names: (account: AccountId) => `${account}/names`,
    /** By name. */
    sorted: (account: AccountId) => `${account}/sorted`,
    ofOwner: (account: AccountId, owner: UserId) => `${account}/of/${owner}`,
    /** Accepted without a user. */
    onResource: (account: AccountId, resource: ResourceId) => `${account}/on/${resource}`,
    ofKind: (account: AccountId, kind: TokenFactor['kind']) => `${account}/kind/${kind}`,
    locked: (account: AccountId) => `${account}/locked`,
    deactivated: (account: AccountId) => `${account}/deactivated`,
    /** Those that have an expiry, past or future. */
    expiring: (account: AccountId) => `${account}/expiring`,
  },
);

function entriesOf(token: Token): IndexedEntry[] {
  const { account, owner } = token;
  const entry = byCreation(token);
  const names = nameEntries(token.id, [token.name, token.serial, rulesOf(token).address?.(token)]);
  return [
    { index: tokenIndexes.created(account), entry },
    ...names.map((name) => ({ index: tokenIndexes.names(account), entry: name })),
    ...names.filter(isMainName).map((name) => ({ index: tokenIndexes.sorted(account), entry: name })),
    { index: tokenIndexes.ofKind(account, token.factor.kind), entry },
    ...(owner === undefined ? [] : [{ index: tokenIndexes.ofOwner(account, owner), entry }]),
    ...(token.lock ? [{ index: tokenIndexes.locked(account), entry }] : []),
    ...(token.enabled ? [] : [{ index: tokenIndexes.deactivated(account), entry }]),
    ...(token.expiresAt === undefined ? [] : [{ index: tokenIndexes.expiring(account), entry }]),
    ...token.directResources.map((resource) => ({ index: tokenIndexes.onResource(account, resource), entry })),
  ];
}
