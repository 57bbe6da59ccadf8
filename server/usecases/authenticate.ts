import type { OtpUse } from '../../shared/wire/result.ts';
import type { AccountId, ResourceId, TokenId, UserId } from '../domain/ids.ts';
import { tokenState } from '../domain/lockout.ts';
import { decideFactors, denialCode, type Method } from '../domain/methods.ts';
import type { Resource } from '../domain/resource.ts';
import type { User } from '../domain/user.ts';
import { documents } from '../ports/documents.ts';
import type { Ports } from '../ports/index.ts';
import { burnUnknown } from './burn-attempt.ts';
import { checkOtp } from './check-otp.ts';
import { checkPassword, type PasswordRight } from './check-password.ts';
import { checkUserOtp } from './check-user-otp.ts';
import { locateUser } from './find-user.ts';
import { readAccess } from './read-access.ts';
import { newOperation } from './transact.ts';
import { isRefusal, refusal, type Verdict } from './verdict.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random' | 'hasher' | 'secrets' | 'geo'>;

/** One authentication asked for by a host's backend, which names the method. */
export type AuthenticationRequest = {
  account: AccountId;
  resource: ResourceId;
  /** The person's address as the host saw it. Never the host's own. */
  address?: string;
} & (
  | { method: 'password'; user: string; password: string }
  | { method: 'otp'; user: string; otp: string }
  /** Without `otp`: whoever still needs one is told so, after the password. */
  | { method: 'password-otp'; user: string; password: string; otp?: string | undefined }
  | { method: 'token'; token: TokenId; otp: string }
);

export interface Authenticated {
  method: Method;
  user?: { id: UserId; login: string };
  token?: TokenId;
  otp: OtpUse;
}

/**
 * Decides one authentication by the four methods. Before a right password is on the table every refusal about the
 * person reads INVALID_CREDENTIALS (SR-17); after it the true reason may be told.
 */
export async function authenticate(ports: Needs, request: AuthenticationRequest): Promise<Verdict<Authenticated>> {
  // Both are only read here, so they are read together; the person may well be nobody.
  const [access, person] = await Promise.all([
    readAccess(ports, request.resource, request.address, request.account),
    request.method === 'otp' ? locateUser(ports, request.account, request.user) : undefined,
  ]);
  if (isRefusal(access)) return access;
  switch (request.method) {
    case 'password':
      return byPassword(ports, request);
    case 'otp':
      return byOtp(ports, access.resource, person, request);
    case 'password-otp':
      return byPasswordAndOtp(ports, request);
    case 'token':
      return byToken(ports, access.resource, request);
  }
}

type By<M extends Method> = Extract<AuthenticationRequest, { method: M }>;

async function byPassword(ports: Needs, request: By<'password'>): Promise<Verdict<Authenticated>> {
  const first = await firstFactor(ports, request);
  if (isRefusal(first)) return first;
  return { method: 'password', user: named(first.user), otp: 'not_used' };
}

async function byOtp(
  ports: Needs,
  resource: Resource,
  person: User | undefined,
  request: By<'otp'>,
): Promise<Verdict<Authenticated>> {
  if (!person) {
    await burnUnknown(ports, request.account, request.user);
    return refusal('INVALID_CREDENTIALS');
  }
  const outcome = await checkUserOtp(ports, 'otp', person, resource, request.otp);
  if (isRefusal(outcome)) {
    return outcome.refused === 'OTP_REPLAYED' ? outcome : refusal('INVALID_CREDENTIALS');
  }
  return { method: 'otp', user: named(person), ...outcome };
}

async function byPasswordAndOtp(ports: Needs, request: By<'password-otp'>): Promise<Verdict<Authenticated>> {
  const first = await firstFactor(ports, request);
  if (isRefusal(first)) return first;
  if (request.otp === undefined) return withoutOtp(ports, first);
  const outcome = await checkUserOtp(ports, 'password-otp', first.user, first.resource, request.otp);
  return isRefusal(outcome) ? outcome : { method: 'password-otp', user: named(first.user), ...outcome };
}

/** Right password, no code: enough for a person whose tokens are all deactivated, and for nobody else. */
function withoutOtp(ports: Needs, { user, tokens }: PasswordRight): Verdict<Authenticated> {
  const now = ports.clock.now();
  const factors = decideFactors(
    'password-otp',
    tokens.map((token) => tokenState(token, now)),
  );
  if (factors.kind === 'deny') return refusal(denialCode(factors.reason));
  if (factors.otp) return refusal('OTP_REQUIRED');
  return { method: 'password-otp', user: named(user), otp: 'skipped' };
}

async function byToken(ports: Needs, resource: Resource, request: By<'token'>): Promise<Verdict<Authenticated>> {
  const [token] = await ports.store.getMany([documents.token(request.token)], ports.clock.now());
  if (token?.value.account !== request.account || !token.value.directResources.includes(resource.id)) {
    return refusal('INVALID_CREDENTIALS');
  }
  const outcome = await checkOtp(ports, token.value.owner ?? token.value.id, {
    method: 'token',
    otp: request.otp,
    threshold: resource.failedAttemptsBeforeLock,
    userBlocked: false,
    attempt: newOperation(ports),
    candidates: async () => {
      const stored = await ports.store.getMany([documents.token(request.token)], ports.clock.now());
      return stored
        .filter((now) => now?.value.directResources.includes(resource.id) === true)
        .filter((now) => now !== undefined);
    },
  });
  return isRefusal(outcome) ? outcome : { method: 'token', ...outcome };
}

/** Password, then everything that may have changed while it was hashed, read again. */
async function firstFactor(ports: Needs, request: By<'password'> | By<'password-otp'>) {
  const { account, resource, user: name, password, address } = request;
  const first = await checkPassword(ports, { account, resource, name, password, address });
  if (isRefusal(first)) return first;
  const access = await readAccess(ports, request.resource, request.address, request.account);
  return isRefusal(access) ? access : { ...first, resource: access.resource };
}

function named(user: User): { id: UserId; login: string } {
  return { id: user.id, login: user.login };
}
