import type { ResultClaims } from '@countersign/protocol/result';
import { CountersignError } from '../error.ts';
import { checkDemands, readConsumedClaims } from '../results/check-claims.ts';
import { hashOf, type TransactionReference } from '../transactions/transaction.ts';
import { type CallOptions, unexpected } from './collection.ts';
import type {
  AuthenticateInput,
  Authentication,
  Challenge,
  LoginRequest,
  LoginRequestInput,
  NewChallenge,
  NewTransaction,
  Redirect,
  RedirectInput,
  TokenKind,
  Transaction,
} from './objects.ts';
import type { Transport } from './transport.ts';

/** A success must say so in full. Anything else, even with status 200, lets no user in. */
export async function authenticate(
  send: Transport,
  input: AuthenticateInput,
  { signal }: CallOptions = {},
): Promise<Authentication> {
  const answer = await send({ method: 'POST', path: '/authentications', body: input, kind: 'once', signal });
  const { authenticated, method, user, token, kind, otp } = answer ?? {};
  if (
    authenticated !== true ||
    method !== input.method ||
    (otp !== 'verified' && otp !== 'skipped' && otp !== 'not_used')
  ) {
    throw unexpected('a successful authentication by that method');
  }
  const result: Authentication = { authenticated, method: input.method, otp };
  if (typeof token === 'string') result.token = token;
  if (typeof kind === 'string') result.kind = kind as TokenKind;
  if (input.method !== 'token') {
    if (!isUser(user)) throw unexpected('an authentication of a user');
    result.user = { id: user.id, login: user.login };
  }
  return result;
}

export async function consumeResult(
  send: Transport,
  input: {
    result: string;
    resource: string;
    nonce: string;
    origin?: string;
    app?: boolean;
    transaction?: TransactionReference;
    acceptTest?: boolean;
  },
  { signal }: CallOptions = {},
): Promise<ResultClaims> {
  const { result, resource, nonce, transaction: asked, acceptTest, ...page } = input;
  checkDemands({ nonce, ...page });
  // The member alone says that a confirmation is expected: one that was lost on the way must not turn it into a sign-in.
  const transaction = 'transaction' in input ? { transaction: await hashOf(asked ?? '') } : {};
  if (typeof nonce !== 'string' || nonce === '') {
    throw new CountersignError('RESULT_NONCE_WRONG', 'This session has no sign-in under way.');
  }
  const options = { ...page, ...transaction, ...(acceptTest === true && { acceptTest }) };
  const body = { result, resource, nonce, ...options };
  const answer = await send({ method: 'POST', path: '/results/consume', body, kind: 'once', signal });
  return readConsumedClaims(answer ?? {}, { resource, nonce, ...options });
}

export async function createLoginRequest(
  send: Transport,
  input: LoginRequestInput,
  { signal }: CallOptions = {},
): Promise<LoginRequest> {
  const answer = await send({ method: 'POST', path: '/login-requests', body: input, kind: 'once', signal });
  const { loginRequest, expiresAt } = answer ?? {};
  if (typeof loginRequest !== 'string' || typeof expiresAt !== 'number') throw unexpected('a login request');
  return { loginRequest, expiresAt };
}

export async function createTransaction(
  send: Transport,
  input: NewTransaction,
  { signal }: CallOptions = {},
): Promise<Transaction> {
  const hash = await hashOf(input.fields);
  const answer = await send({ method: 'POST', path: '/transactions', body: input, kind: 'once', signal });
  const { loginRequest, transaction, expiresAt } = answer ?? {};
  if (typeof loginRequest !== 'string' || typeof expiresAt !== 'number') throw unexpected('a transaction');
  // What the person is shown is what the service has: it must be what was asked for.
  if (transaction !== hash) throw unexpected('the transaction of these fields');
  return { loginRequest, transaction: hash, expiresAt };
}

export async function createChallenge(
  send: Transport,
  input: NewChallenge,
  { signal }: CallOptions = {},
): Promise<Challenge> {
  const answer = await send({ method: 'POST', path: '/challenges', body: { ...input }, kind: 'once', signal });
  const { token, kind, name, to, question, expiresAt } = answer ?? {};
  if (typeof token !== 'string' || typeof name !== 'string' || typeof expiresAt !== 'number') {
    throw unexpected('a challenge');
  }
  return {
    token,
    kind: kind as Challenge['kind'],
    name,
    ...(typeof to === 'string' && { to }),
    ...(typeof question === 'string' && { question }),
    expiresAt,
  };
}

export async function createRedirect(
  send: Transport,
  input: RedirectInput,
  { signal }: CallOptions = {},
): Promise<Redirect> {
  const answer = await send({ method: 'POST', path: '/login-requests', body: input, kind: 'once', signal });
  const { loginRequest, signInUrl, expiresAt } = answer ?? {};
  if (typeof loginRequest !== 'string' || typeof signInUrl !== 'string' || typeof expiresAt !== 'number') {
    throw unexpected('an address to sign in at');
  }
  return { loginRequest, signInUrl, expiresAt };
}

function isUser(value: unknown): value is { id: string; login: string } {
  if (typeof value !== 'object' || value === null || !('id' in value) || !('login' in value)) return false;
  return typeof value.id === 'string' && typeof value.login === 'string';
}
