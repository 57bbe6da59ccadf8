export {
  type HookClaims,
  type OtpUse,
  type ProfileClaims,
  RESULT_ALGORITHMS,
  RESULT_TYP,
  type ResultAlgorithm,
  type ResultClaims,
  TEST_RESULT_TYP,
} from '@countersign/protocol/result';
export type {
  ApiKey,
  ApiKeyChanges,
  ApiKeyWithSecret,
  ApiScope,
  Checklist,
  ExplainedCheck,
  ExplainInput,
  Explanation,
  FilterQuery,
  Keyed,
  NameQuery,
  NewApiKey,
  RowOutcome,
  TokenQuery,
  TokenRowOutcome,
  UserQuery,
} from './api/administration.ts';
export { type CallOptions, type Client, type ClientOptions, createClient } from './api/client.ts';
export type { ChangeableCollection, Collection, ListOptions } from './api/collection.ts';
export type {
  Appearance,
  Assignment,
  AuthenticateInput,
  Authentication,
  Challenge,
  Creator,
  EnrolmentPolicy,
  Environment,
  EnvironmentCheck,
  Environments,
  Filter,
  FilterChanges,
  FilterRule,
  GeoRule,
  IpRule,
  Links,
  LoginRequest,
  LoginRequestInput,
  MethodPolicy,
  NewChallenge,
  NewFilter,
  NewResource,
  NewTransaction,
  NewUser,
  Page,
  Redirect,
  RedirectInput,
  Resource,
  ResourceChanges,
  ResultProfile,
  SelfServicePolicy,
  TestMode,
  TimeRule,
  TokenKind,
  TraitWeights,
  Transaction,
  User,
  UserAssignment,
  UserChanges,
  UserMetadata,
  Weekday,
} from './api/objects.ts';
export type {
  CreatedOcraToken,
  CreatedOf,
  CreatedRecoveryCodes,
  CreatedSentToken,
  CreatedToken,
  NewOathToken,
  NewOcraToken,
  NewRecoveryCodes,
  NewSentToken,
  NewToken,
  OtpAlgorithm,
  Token,
  TokenChanges,
  TokenCheck,
  TokenImport,
  TokenImportAnswer,
  TokenImportFormat,
  TokenImportRow,
  TokenPin,
} from './api/token-objects.ts';
export type { Tokens } from './api/tokens.ts';
export type { TrustedBrowser, TrustedBrowsers } from './api/trusted-browsers.ts';
export { type AppSignIn, type AppSignInOptions, beginAppSignIn } from './app/app-sign-in.ts';
export type {
  ClientErrorCode,
  CountersignErrorCode,
  ResultErrorCode,
  ServerErrorCode,
  SiteErrorCode,
  WebhookErrorCode,
} from './codes.ts';
export {
  CLIENT_ERROR_CODES,
  RESULT_ERROR_CODES,
  SERVER_ERROR_CODES,
  SITE_ERROR_CODES,
  WEBHOOK_ERROR_CODES,
} from './codes.ts';
export { CountersignError, type CountersignErrorDetails, isCountersignError } from './error.ts';
export type { FetchLike } from './http/bounded-fetch.ts';
export { newNonce } from './nonce.ts';
export type { ResultExpectations } from './results/check-claims.ts';
export { createVerifier, type Verifier, type VerifierOptions } from './results/verifier.ts';
export {
  canonicalTransaction,
  type TransactionField,
  type TransactionReference,
  transactionHash,
} from './transactions/transaction.ts';
export {
  type VerifyWebhookOptions,
  verifyWebhook,
  type WebhookEvent,
  type WebhookHeaders,
} from './webhooks/verify-webhook.ts';
