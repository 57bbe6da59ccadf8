import type { Account } from '../accounts/account.ts';
import type { LedgerEntry } from '../accounts/plans/ledger-entry.ts';
import type { QuotaKind } from '../accounts/plans/plans.ts';
import type { Usage } from '../accounts/usage.ts';
import type { Administrator, EmailClaim } from '../administrators/administrator.ts';
import type { AdministratorLink, EmailChange, SetupLink } from '../administrators/administrator-link.ts';
import type { AdministratorFlow, Enrolment } from '../administrators/login/administrator-flow.ts';
import type { Session } from '../administrators/session.ts';
import type { ApiKey, ApiKeyUse } from '../api-keys/api-key.ts';
import type { Authentication } from '../authentication/step-up.ts';
import type { Restoration } from '../backup/restoration.ts';
import type { Environments } from '../browsers/device-fingerprint/known-browsers.ts';
import type { EnrolmentLink } from '../enrolment/enrolment-link.ts';
import type { EnrolmentTries } from '../enrolment/enrolment-tries.ts';
import type { AuditChain, Cursors, Segment } from '../events/log/segment.ts';
import type { AccountStatistics, DayCounters } from '../events/statistics/day-counters.ts';
import type { Filter } from '../filters/filter.ts';
import type { Flow, LoginRequest, ResultRecord } from '../flows/flow.ts';
import type {
  AccountId,
  AdministratorId,
  ApiKeyId,
  FilterId,
  FlowId,
  ResourceId,
  TokenId,
  UserId,
  WebhookId,
} from '../kernel/ids.ts';
import type { Reencryption } from '../maintenance/reencryption.ts';
import type { SigningKeySet } from '../maintenance/signing-key.ts';
import type { PasswordReset } from '../passwords/reset/password-reset.ts';
import type { IdempotencyRecord } from '../records/idempotency-record.ts';
import type { Logo } from '../resources/logo.ts';
import type { Resource } from '../resources/resource.ts';
import type { Challenge } from '../tokens/challenge.ts';
import type { CodeChecks } from '../tokens/code-checks.ts';
import type { SpentSeed } from '../tokens/spent-seed.ts';
import type { Token } from '../tokens/token.ts';
import type { UnlockLink } from '../tokens/unlock/unlock-link.ts';
import type { NameClaim, PasswordAttempts, User } from '../users/user.ts';
import { type Delivery, type DeliveryId, type DeliveryQueue, parseDeliveryId } from '../webhooks/delivery.ts';
import type { WebhookBook } from '../webhooks/webhook.ts';
import type { DocumentKey } from './store.ts';
import type { StorePurpose } from './store-purpose.ts';

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
  logo: (id: ResourceId): DocumentKey<Logo> => ({ anchor: id, name: 'logo' }),
  resource: (id: ResourceId): DocumentKey<Resource> => ({ anchor: id, name: 'resource' }),
  filter: (id: FilterId): DocumentKey<Filter> => ({ anchor: id, name: 'filter' }),
  user: (id: UserId): DocumentKey<User> => ({ anchor: id, name: 'user' }),
  /** Browsers with which a person has signed in. */
  environments: (id: UserId): DocumentKey<Environments> => ({ anchor: id, name: 'environments' }),
  passwordReset: (id: UserId): DocumentKey<PasswordReset> => ({ anchor: id, name: 'password-reset' }),
  unlockLink: (id: UserId): DocumentKey<UnlockLink> => ({ anchor: id, name: 'unlock-link' }),
  enrolmentLink: (id: UserId): DocumentKey<EnrolmentLink> => ({ anchor: id, name: 'enrolment-link' }),
  enrolmentTries: (id: UserId): DocumentKey<EnrolmentTries> => ({ anchor: id, name: 'enrolment-tries' }),
  /** `normalised` comes from `kernel/names.ts`. */
  nameClaim: (account: AccountId, normalised: string): DocumentKey<NameClaim> => ({
    anchor: `name/${account}/${normalised}`,
    name: 'claim',
  }),
  /** `subject`: of whom, or of which name; see `passwords/password-counters.ts`. */
  passwordAttempts: (subject: string): DocumentKey<PasswordAttempts> => ({
    anchor: `password-attempts/${subject}`,
    name: 'password-attempts',
  }),
  /** Written so that an attempt with nothing behind it costs what a counted one costs; what it holds is of no meaning. */
  burntAttempt: (record: number): DocumentKey<{ filler: string }> => ({
    anchor: `burnt-attempt/${record}`,
    name: 'burnt-attempt',
  }),
  /** Beside it, and never written: a commit expects its version as one on a token expects the token's. */
  neverBurnt: (record: number): DocumentKey<never> => ({
    anchor: `burnt-attempt/${record}`,
    name: 'burnt-attempt/none',
  }),
  token: (id: TokenId): DocumentKey<Token> => ({ anchor: id, name: 'token' }),
  codeChecks: (id: TokenId): DocumentKey<CodeChecks> => ({ anchor: id, name: 'code-checks' }),
  /** Which token a passkey is, so that it can be found and is one person's. `hash`: see `tokens/kinds/passkey`. */
  credentialClaim: (account: AccountId, hash: string): DocumentKey<{ token: TokenId }> => ({
    anchor: `credential/${account}/${hash}`,
    name: 'credential-claim',
  }),
  /** How far the codes of a seed were used up by tokens that are deleted. `mac`: see `tokens/spent-seeds.ts`. */
  spentSeed: (account: AccountId, mac: string): DocumentKey<SpentSeed> => ({
    anchor: `spent-seed/${account}/${mac}`,
    name: 'spent-seed',
  }),
  /** What a token was asked. `scope`: the sign-in, or `apiScope` of a resource. */
  challenge: (id: TokenId, scope: string): DocumentKey<Challenge> => ({ anchor: id, name: `challenge/${scope}` }),
  flow: (id: FlowId): DocumentKey<Flow> => ({ anchor: id, name: 'flow' }),
  /** That a sealed handle has begun its flow, of whichever kind. Outlives the flow, never the handle. */
  flowBegun: (id: FlowId): DocumentKey<{ at: number }> => ({ anchor: id, name: 'flow-begun' }),
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
  /** A sign-in whose result was consumed, to be built upon. */
  authentication: (id: FlowId): DocumentKey<Authentication> => ({ anchor: id, name: 'authentication' }),
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
  resealing: (): DocumentKey<Reencryption> => ({ anchor: 'resealing', name: 'resealing' }),
  /** Of a store that a backup is being restored to. */
  restoration: (): DocumentKey<Restoration> => ({ anchor: 'restoration', name: 'restoration' }),
  /** Written before any account and never changed. */
  storePurpose: (): DocumentKey<{ purpose: StorePurpose }> => ({ anchor: 'store-purpose', name: 'store-purpose' }),
  administrator: (account: AccountId, id: AdministratorId): DocumentKey<Administrator> => ({
    anchor: account,
    name: `administrator/${id}`,
  }),
  /** `normalised` comes from `kernel/names.ts`. */
  administratorEmail: (account: AccountId, normalised: string): DocumentKey<EmailClaim> => ({
    anchor: account,
    name: `administrator-email/${normalised}`,
  }),
  administratorLink: (account: AccountId, id: AdministratorId): DocumentKey<AdministratorLink> => ({
    anchor: account,
    name: `administrator-link/${id}`,
  }),
  administratorReset: (account: AccountId, id: AdministratorId): DocumentKey<PasswordReset> => ({
    anchor: account,
    name: `administrator-reset/${id}`,
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
  /** How far all accounts' events have been taken; may lag behind the accounts' own cursors, never run ahead. */
  consumer: (name: string): DocumentKey<{ cursors: Cursors }> => ({ anchor: `consumer/${name}`, name: 'consumer' }),
  auditChain: (account: AccountId): DocumentKey<AuditChain> => ({ anchor: `audit/${account}`, name: 'chain' }),
  segment: (account: AccountId, number: number): DocumentKey<Segment> => ({
    anchor: `audit/${account}`,
    name: `segment/${number}`,
  }),
  statistics: (account: AccountId): DocumentKey<AccountStatistics> => ({
    anchor: `statistics/${account}`,
    name: 'statistics',
  }),
  /** Without a resource: of all of them. `day`: UTC, `2027-01-15`. */
  signInsOfDay: (account: AccountId, resource: ResourceId | undefined, day: string): DocumentKey<DayCounters> => ({
    anchor: `statistics/${account}`,
    name: `day/${resource ?? 'all'}/${day}`,
  }),
  webhooks: (account: AccountId): DocumentKey<WebhookBook> => ({ anchor: account, name: 'webhooks' }),
  /** How far a partition's events have been turned into deliveries. Everything of its outbox hangs on one anchor. */
  outboxCursor: (partition: number): DocumentKey<{ sequence: number }> => ({
    anchor: outbox(partition),
    name: 'cursor',
  }),
  deliveryQueue: (partition: number, webhook: WebhookId): DocumentKey<DeliveryQueue> => ({
    anchor: outbox(partition),
    name: `queue/${webhook}`,
  }),
  delivery: (id: DeliveryId): DocumentKey<Delivery> => ({
    anchor: outbox(parseDeliveryId(id)?.partition ?? 0),
    name: `delivery/${id}`,
  }),
} as const;

function outbox(partition: number): string {
  return `webhook-outbox/${partition}`;
}
