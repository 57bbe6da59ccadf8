import type { Account } from '../domain/account.ts';
import type { ApiKey } from '../domain/api-key.ts';
import type { Filter } from '../domain/filter.ts';
import type { Flow, LoginRequest, ResultRecord } from '../domain/flow.ts';
import type { IdempotencyRecord } from '../domain/idempotency.ts';
import type { AccountId, ApiKeyId, FilterId, FlowId, ResourceId, TokenId, UserId } from '../domain/ids.ts';
import type { LedgerEntry } from '../domain/ledger.ts';
import type { QuotaKind } from '../domain/plans.ts';
import type { Resealing } from '../domain/resealing.ts';
import type { Resource } from '../domain/resource.ts';
import type { Restoration } from '../domain/restoration.ts';
import type { SigningKeySet } from '../domain/signing-key.ts';
import type { Token } from '../domain/token.ts';
import type { Usage } from '../domain/usage.ts';
import type { NameClaim, PasswordAttempts, User } from '../domain/user.ts';
import type { DocumentKey } from './store.ts';

/** The catalogue of documents: what hangs on which anchor. The only place that makes keys. */
export const documents = {
  account: (id: AccountId): DocumentKey<Account> => ({ anchor: id, name: 'account' }),
  apiKey: (account: AccountId, id: ApiKeyId): DocumentKey<ApiKey> => ({ anchor: account, name: `api-key/${id}` }),
  resource: (id: ResourceId): DocumentKey<Resource> => ({ anchor: id, name: 'resource' }),
  filter: (id: FilterId): DocumentKey<Filter> => ({ anchor: id, name: 'filter' }),
  user: (id: UserId): DocumentKey<User> => ({ anchor: id, name: 'user' }),
  /** `normalised` comes from `domain/names.ts`. */
  nameClaim: (account: AccountId, normalised: string): DocumentKey<NameClaim> => ({
    anchor: `name/${account}/${normalised}`,
    name: 'claim',
  }),
  /** `subject`: a user id, or `unknown/<mac>` for a name that nobody holds. */
  passwordAttempts: (subject: string): DocumentKey<PasswordAttempts> => ({
    anchor: `password-attempts/${subject}`,
    name: 'password-attempts',
  }),
  /** Written so that an attempt with nothing behind it costs what a counted one costs; never read. */
  burntAttempt: (subject: string): DocumentKey<{ at: number }> => ({
    anchor: `burnt-attempt/${subject}`,
    name: 'burnt-attempt',
  }),
  token: (id: TokenId): DocumentKey<Token> => ({ anchor: id, name: 'token' }),
  flow: (id: FlowId): DocumentKey<Flow> => ({ anchor: id, name: 'flow' }),
  loginRequest: (id: FlowId): DocumentKey<LoginRequest> => ({ anchor: id, name: 'login-request' }),
  idempotency: (account: AccountId, key: string): DocumentKey<IdempotencyRecord> => ({
    anchor: `idempotency/${account}/${key}`,
    name: 'idempotency',
  }),
  /** Beside what an Idempotency-Key made: which key it was. */
  madeWith: (id: string): DocumentKey<{ key: string }> => ({ anchor: id, name: 'made-with' }),
  result: (id: FlowId): DocumentKey<ResultRecord> => ({ anchor: id, name: 'result' }),
  /** How many objects of a kind an account has, kept only where its plan limits them. */
  usage: (account: AccountId, kind: QuotaKind): DocumentKey<Usage> => ({ anchor: account, name: `usage/${kind}` }),
  /** `number` counts from 1. */
  ledgerEntry: (account: AccountId, number: number): DocumentKey<LedgerEntry> => ({
    anchor: account,
    name: `ledger/${number}`,
  }),
  /** Which entry was booked under a reference from outside. */
  ledgerReference: (account: AccountId, reference: string): DocumentKey<{ entry: number }> => ({
    anchor: account,
    name: `ledger-reference/${reference}`,
  }),
  /** What MACs are made with, sealed. */
  macKey: (): DocumentKey<{ sealed: string }> => ({ anchor: 'mac-key', name: 'mac-key' }),
  /** How far the secrets have been sealed anew. */
  resealing: (): DocumentKey<Resealing> => ({ anchor: 'resealing', name: 'resealing' }),
  /** Of a store that a backup is being restored to. */
  restoration: (): DocumentKey<Restoration> => ({ anchor: 'restoration', name: 'restoration' }),
  signingKeys: (): DocumentKey<SigningKeySet> => ({ anchor: 'signing-keys', name: 'signing-keys' }),
} as const;
