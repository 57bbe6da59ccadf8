import type { Account } from '../domain/account.ts';
import type { Administrator, EmailClaim } from '../domain/administrator.ts';
import type { AdministratorFlow, Enrolment } from '../domain/administrator-flow.ts';
import type { AdministratorLink, EmailChange, SetupLink } from '../domain/administrator-link.ts';
import type { ApiKey } from '../domain/api-key.ts';
import type { Filter } from '../domain/filter.ts';
import type { Flow, LoginRequest, ResultRecord } from '../domain/flow.ts';
import type { IdempotencyRecord } from '../domain/idempotency.ts';
import type {
  AccountId,
  AdministratorId,
  ApiKeyId,
  FilterId,
  FlowId,
  ResourceId,
  TokenId,
  UserId,
} from '../domain/ids.ts';
import type { Resource } from '../domain/resource.ts';
import type { Session } from '../domain/session.ts';
import type { SigningKeySet } from '../domain/signing-key.ts';
import type { Token } from '../domain/token.ts';
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
  administrator: (account: AccountId, id: AdministratorId): DocumentKey<Administrator> => ({
    anchor: account,
    name: `administrator/${id}`,
  }),
  /** `normalised` comes from `domain/names.ts`. */
  administratorEmail: (account: AccountId, normalised: string): DocumentKey<EmailClaim> => ({
    anchor: account,
    name: `administrator-email/${normalised}`,
  }),
  administratorLink: (account: AccountId, id: AdministratorId): DocumentKey<AdministratorLink> => ({
    anchor: account,
    name: `administrator-link/${id}`,
  }),
  emailChange: (account: AccountId, id: AdministratorId): DocumentKey<EmailChange> => ({
    anchor: account,
    name: `email-change/${id}`,
  }),
  /** The token that is to replace an administrator's, until its first right code. */
  enrolment: (account: AccountId, id: AdministratorId): DocumentKey<Enrolment> => ({
    anchor: account,
    name: `enrolment/${id}`,
  }),
  administratorFlow: (id: FlowId): DocumentKey<AdministratorFlow> => ({ anchor: id, name: 'administrator-flow' }),
  session: (id: FlowId): DocumentKey<Session> => ({ anchor: id, name: 'session' }),
  setupLink: (): DocumentKey<SetupLink> => ({ anchor: 'setup', name: 'setup-link' }),
  signingKeys: (): DocumentKey<SigningKeySet> => ({ anchor: 'signing-keys', name: 'signing-keys' }),
} as const;
