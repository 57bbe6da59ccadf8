import type { OtpAlgorithm, TokenState } from '@countersign/protocol/tokens';
import { createAccount } from '../accounts/create-account.ts';
import { accountDocument, firstLoginDocument, firstResultDocument } from '../accounts/documents.ts';
import { type AccountId, idFromBytes } from '../kernel/ids.ts';
import type { DocumentKey } from '../kernel/ports/store.ts';
import { isRefusal, type Refusal } from '../kernel/result.ts';
import type { Resource } from '../resources/resource.ts';
import type { ResourceSettings } from '../resources/resource-settings.ts';
import { recordOnce } from '../store/record-once.ts';
import { newOperation } from '../store/transact.ts';
import { tokenDocument } from '../tokens/documents.ts';
import { verifyOtp } from '../tokens/kinds/oath/verify-otp.ts';
import type { NewPin } from '../tokens/store-token.ts';
import type { OathToken, OtpDigits, Token } from '../tokens/token.ts';
import type { NewUser } from '../user-management/create-user.ts';
import { userDocument } from '../users/documents.ts';
import type { User } from '../users/user.ts';
import {
  assign,
  authenticate,
  createResource,
  createToken,
  createUser,
  updateResource,
  updateToken,
  updateUser,
} from './as-operator.ts';
import { currentOtp } from './current-otp.ts';
import type { TestPorts } from './test-ports.ts';

export const PASSWORD = 'correct horse battery';
export const ORIGIN = 'https://shop.example';
export const NONCE = 'nonce-0123456789abcdef';

export interface TokenSpec {
  pin?: NewPin;
  kind?: 'totp' | 'hotp';
  state?: TokenState;
  algorithm?: OtpAlgorithm;
  digits?: OtpDigits;
}

export interface FixtureOptions {
  resource?: Partial<ResourceSettings>;
  user?: Partial<NewUser>;
  /** False: the user has none. */
  password?: boolean;
  /** Assigned alone, in addition to any tokens. Default: only without tokens. */
  alone?: boolean;
  /** Tokens assigned with the user. Default none. */
  tokens?: TokenSpec[];
}

/** One account with one resource, and one user assigned to it. */
export interface Fixture {
  ports: TestPorts;
  account: AccountId;
  resource: Resource;
  user: User;
  tokens: FixtureToken[];
}

export interface FixtureToken {
  id: Token['id'];
  secret: Uint8Array;
  stored(): Promise<OathToken>;
  /** The device's code, so many steps (or presses) ahead. */
  code(ahead?: number): Promise<string>;
}

export function unwrap<T extends object>(verdict: T | Refusal): T {
  if (isRefusal(verdict)) throw new Error(`refused: ${verdict.refused} ${verdict.detail ?? ''}`);
  return verdict;
}

export const birth = <P extends Parameters<typeof idFromBytes>[0]>(ports: TestPorts, prefix: P) => ({
  id: idFromBytes(prefix, ports.random.bytes(7)),
});

const SETTINGS: ResourceSettings = {
  name: 'Shop',
  enabled: true,
  failedAttemptsBeforeLock: 5,
  methodPolicy: 'auto',
  allowedOrigins: [ORIGIN],
  allowLocalhost: false,
  resultLifetimeMs: 60_000,
};

export async function createFixture(ports: TestPorts, options: FixtureOptions = {}): Promise<Fixture> {
  const { account } = unwrap(await createAccount(ports, { name: 'Acme' }));
  // Otherwise the first sign-in would, and its cost would differ from later ones.
  await recordOnce(ports, firstLoginDocument.key(account.id));
  await recordOnce(ports, firstResultDocument.key(account.id));
  const resource = await addResource(ports, account.id, options.resource);
  return addUser(ports, account.id, resource, { ...options, user: { login: 'alice', ...options.user } });
}

/** Another user of the account, in a separate fixture. */
export async function addUser(
  ports: TestPorts,
  account: AccountId,
  resource: Resource,
  {
    user: details,
    password,
    alone,
    tokens: specs = [],
  }: FixtureOptions & { user: Partial<NewUser> & { login: string } },
): Promise<Fixture> {
  const made = await createUser(ports, birth(ports, 'usr'), account, {
    ...details,
    ...(password !== false && { password: PASSWORD }),
  });
  const { user } = unwrap(made);
  const tokens: FixtureToken[] = [];
  for (const spec of specs) {
    const token = await addToken(ports, account, { ...spec, owner: user.id });
    unwrap(await assign(ports, { account, resource: resource.id, user: user.id, token: token.id }));
    tokens.push(token);
  }
  if (alone ?? specs.length === 0) unwrap(await assign(ports, { account, resource: resource.id, user: user.id }));
  return { ports, account, resource, user: await read(ports, userDocument.key(user.id)), tokens };
}

export async function addResource(
  ports: TestPorts,
  account: AccountId,
  settings: Partial<ResourceSettings> = {},
): Promise<Resource> {
  const made = await createResource(ports, birth(ports, 'res'), account, { ...SETTINGS, ...settings });
  return unwrap(made).resource;
}

export async function addToken(
  ports: TestPorts,
  account: AccountId,
  spec: TokenSpec & { owner?: User['id'] },
): Promise<FixtureToken> {
  const { kind = 'totp', state = 'active', algorithm = 'SHA1', digits = 6, owner, pin } = spec;
  const { token, secret } = unwrap(
    await createToken(ports, birth(ports, 'tok'), account, {
      name: 'phone',
      kind,
      algorithm,
      digits,
      periodMs: 30_000,
      counter: 0,
      owner,
      pin,
    }),
  );
  await setState(ports, account, token.id, state);
  const stored = async () => (await read(ports, tokenDocument.key(token.id))) as OathToken;
  return {
    id: token.id,
    secret,
    stored,
    async code(ahead = 0) {
      const now = await stored();
      const { factor } = now;
      const at = ports.clock.now() + (factor.kind === 'totp' ? ahead * factor.periodMs : 0);
      const nextCounter = now.nextCounter + (factor.kind === 'hotp' ? ahead : 0);
      return currentOtp({ ...now, nextCounter }, secret, at);
    },
  };
}

/** As {@link withoutSecrets} leaves a token. */
const LOST = { secretLost: true, sealedSecret: '' } as const;

export async function setState(
  ports: TestPorts,
  account: AccountId,
  id: Token['id'],
  state: TokenState,
): Promise<void> {
  if (state === 'out-of-step') return overwrite(ports, tokenDocument.key(id), { needsResync: true });
  if (state === 'secret-lost')
    return overwrite<OathToken>(ports, tokenDocument.key(id) as DocumentKey<OathToken>, LOST);
  if (state === 'locked') {
    // The lists find it as one that an administrator has locked; wrong codes are the usual reason.
    unwrap(await updateToken(ports, account, id, { locked: true }));
    const lock = { reason: 'otp-failures', at: ports.clock.now() } as const;
    return overwrite(ports, tokenDocument.key(id), { lock });
  }
  const changes = {
    active: {},
    deactivated: { enabled: false },
    expired: { expiresAt: ports.clock.now() },
  }[state];
  unwrap(await updateToken(ports, account, id, changes));
}

/** A code that none of the fixture's tokens accepts; different for another `variant`. */
export async function wrongCode(scene: Fixture, variant = 0): Promise<string> {
  const tokens = await Promise.all(scene.tokens.map(async (token) => ({ token, stored: await token.stored() })));
  for (let candidate = 123_456 + variant * 37; ; candidate++) {
    const digits = tokens[0]?.stored.digits ?? 6;
    const otp = String(candidate).padStart(digits, '0');
    const now = scene.ports.clock.now();
    if (tokens.every(({ token, stored }) => verifyOtp(stored, token.secret, otp, now).verdict === 'wrong')) return otp;
  }
}

/** Password and code of the fixture's user, passed on by a site's backend. */
export function signInByApi(ports: TestPorts, { account, resource, user }: Fixture, otp: string) {
  const who = { account, resource: resource.id, user: user.login };
  return authenticate(ports, { ...who, method: 'password-otp', password: PASSWORD, otp });
}

/** The value of a document that must exist. */
export async function read<T>(ports: TestPorts, key: DocumentKey<T>): Promise<T> {
  const [stored] = await ports.store.getMany([key], ports.clock.now());
  if (!stored) throw new Error(`no ${key.name}`);
  return stored.value as T;
}

/** Replaces a token's seed by another, or by an invalid one. */
export async function overwriteSeed(ports: TestPorts, id: Token['id'], sealedSecret: string): Promise<void> {
  await overwrite<OathToken>(ports, tokenDocument.key(id) as DocumentKey<OathToken>, { sealedSecret });
}

/** Changes a document, bypassing the rules. */
export async function overwrite<T extends object>(
  ports: TestPorts,
  key: DocumentKey<T>,
  changes: NoInfer<Partial<T>>,
): Promise<void> {
  await ports.store.commit({
    anchor: key.anchor,
    operation: newOperation(ports),
    now: ports.clock.now(),
    expect: [],
    put: [{ key, value: { ...(await read(ports, key)), ...changes } }],
  });
}

/** Administrators' actions during a sign-in. */
export const runMeanwhile = {
  blockUser: ({ ports, account, user }: Fixture) => updateUser(ports, account, user.id, { blocked: true }),
  changePassword: ({ ports, account, user }: Fixture) =>
    updateUser(ports, account, user.id, { password: 'something else entirely' }),
  disableResource: ({ ports, account, resource }: Fixture) =>
    updateResource(ports, account, resource.id, { enabled: false }),
  deactivatePlan: ({ ports, account }: Fixture) =>
    overwrite(ports, accountDocument.key(account), { plan: { name: 'Free', active: false } }),
};
