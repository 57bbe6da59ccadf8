import type { Account } from '../domain/account.ts';
import type { ApiKey, ApiKeyUse } from '../domain/api-key.ts';
import type { Filter } from '../domain/filter.ts';
import type { Flow, LoginRequest, ResultRecord } from '../domain/flow.ts';
import type { IdempotencyRecord } from '../domain/idempotency.ts';
import type { AccountId, ApiKeyId, FilterId, FlowId, ResourceId, TokenId, UserId } from '../domain/ids.ts';
import type { Resource } from '../domain/resource.ts';
import type { SigningKeySet } from '../domain/signing-key.ts';
import type { Token } from '../domain/token.ts';
import type { NameClaim, PasswordAttempts, User } from '../domain/user.ts';
import type { DocumentKey } from './store.ts';

/** The catalogue of documents: what hangs on which anchor. The only place that makes keys. */
export const documents = {
  account: (id: AccountId): DocumentKey<Account> => ({ anchor: id, name: 'account' }),
  apiKey: (account: AccountId, id: ApiKeyId): DocumentKey<ApiKey> => ({ anchor: account, name: `api-key/${id}` }),
  apiKeyUse: (account: AccountId, id: ApiKeyId): DocumentKey<ApiKeyUse> => ({
    anchor: account,
    name: `api-key-use/${id}`,
  }),
  /** That somebody has signed in, ever. */
  firstLogin: (account: AccountId): DocumentKey<{ at: number }> => ({ anchor: account, name: 'first-login' }),
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
  /** Beside what an Idempotency-Key made, on its anchor: which key it was. */
  madeWith: (id: string, anchor = id): DocumentKey<{ key: string }> => ({
    anchor,
    name: anchor === id ? 'made-with' : `made-with/${id}`,
  }),
  result: (id: FlowId): DocumentKey<ResultRecord> => ({ anchor: id, name: 'result' }),
  signingKeys: (): DocumentKey<SigningKeySet> => ({ anchor: 'signing-keys', name: 'signing-keys' }),
} as const;
