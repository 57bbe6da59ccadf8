import { CountersignError } from '../error.ts';
import type { FetchLike } from '../http/bounded-fetch.ts';
import { wholeNumber } from '../options.ts';
import type { ResultClaims } from '../results/claims.ts';
import { parseServiceUrl } from '../service-url.ts';
import { authenticate, consumeResult, createLoginRequest } from './authentications.ts';
import {
  type CallOptions,
  type ChangeableCollection,
  type Collection,
  createCollection,
  itemPath,
  readItem,
  unexpected,
} from './collection.ts';
import type {
  Assignment,
  AuthenticateInput,
  Authentication,
  CreatedToken,
  Filter,
  LoginRequest,
  NewFilter,
  NewResource,
  NewToken,
  NewUser,
  Resource,
  ResourceChanges,
  Token,
  TokenChanges,
  User,
  UserChanges,
} from './objects.ts';
import { createTransport } from './transport.ts';

export type { CallOptions } from './collection.ts';

export interface ClientOptions {
  /** The service's URL, without `/v1`. https, except on loopback. */
  url: string;
  /** Belongs on a server: whoever has it acts for the account. */
  apiKey: string;
  /** Default: the runtime's own. */
  fetch?: FetchLike;
  /** How long one attempt may take. Default 10 s. */
  timeoutMs?: number;
  /** How often reads and creations are tried again after a failure that may pass. Default 2. */
  retries?: number;
  /** When the service asks for a longer wait than this, the error comes at once. Default 10 s. */
  maxRetryWaitMs?: number;
  /** Milliseconds since the epoch. Default `Date.now`. */
  now?: () => number;
}

export interface Client {
  /**
   * Checks a person's password, one-time password, or both, or a token's one-time password. Whoever is not let in is an
   * error whose code says why. Never repeated by itself: each call is an attempt that counts.
   *
   * @throws CountersignError `INVALID_CREDENTIALS`, `OTP_WRONG`, `TOKEN_LOCKED`, `TOO_MANY_ATTEMPTS`, ...
   */
  authenticate(input: AuthenticateInput, options?: CallOptions): Promise<Authentication>;
  /**
   * Has the service check a result and use it up. Also tells whether person and resource still have access.
   *
   * @throws CountersignError `RESULT_INVALID`, `RESULT_USED`, `RESULT_REVOKED`, ...
   */
  consumeResult(
    input: { result: string; resource: string; nonce: string },
    options?: CallOptions,
  ): Promise<ResultClaims>;
  /** Lets the widget ask a person whom you already know for the one-time password alone. */
  createLoginRequest(
    input: { user: string; resource: string; nonce: string; passwordChecked: boolean },
    options?: CallOptions,
  ): Promise<LoginRequest>;
  resources: ChangeableCollection<Resource, NewResource, ResourceChanges>;
  users: ChangeableCollection<User, NewUser, UserChanges>;
  tokens: ChangeableCollection<Token, NewToken, TokenChanges, CreatedToken> & {
    /**
     * Brings a device back into step, by two codes that it showed one after the other. Never repeated by itself: wrong
     * ones count as a wrong code, right ones are used up.
     *
     * @throws CountersignError `OTP_WRONG`, `TOKEN_LOCKED`, ...
     */
    resync(id: string, otps: readonly [string, string], options?: CallOptions): Promise<Token>;
  };
  filters: Collection<Filter, NewFilter>;
  assignments: {
    create(assignment: Assignment, options?: CallOptions): Promise<Assignment>;
    /** Never repeated by itself. */
    delete(assignment: Assignment, options?: CallOptions): Promise<void>;
  };
}

/**
 * @throws CountersignError `OPTION_INVALID`, naming the option.
 * @example
 * const client = createClient({ url: 'https://auth.example', apiKey: process.env.COUNTERSIGN_API_KEY });
 */
export function createClient(options: ClientOptions): Client {
  const send = createTransport({
    url: parseServiceUrl('url', options.url),
    apiKey: parseApiKey(options.apiKey),
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    now: options.now ?? Date.now,
    timeoutMs: wholeNumber('timeoutMs', options.timeoutMs, { default: 10_000, min: 1, max: 600_000 }),
    retries: wholeNumber('retries', options.retries, { default: 2, min: 0, max: 10 }),
    maxRetryWaitMs: wholeNumber('maxRetryWaitMs', options.maxRetryWaitMs, { default: 10_000, min: 0, max: 600_000 }),
  });

  // A filter is not changed once it is made, so its collection has no `update`.
  const { create, get, list, page } = createCollection<Filter, NewFilter, never, Filter>(send, {
    path: '/filters',
    readCreated: readItem<Filter>,
  });

  return {
    authenticate: (input, call) => authenticate(send, input, call),
    consumeResult: (input, call) => consumeResult(send, input, call),
    createLoginRequest: (input, call) => createLoginRequest(send, input, call),
    resources: createCollection(send, { path: '/resources', readCreated: readItem<Resource> }),
    users: createCollection(send, { path: '/users', readCreated: readItem<User> }),
    tokens: {
      ...createCollection<Token, NewToken, TokenChanges, CreatedToken>(send, {
        path: '/tokens',
        readCreated: readCreatedToken,
      }),
      async resync(id, otps, { signal } = {}) {
        const path = `${itemPath('/tokens', id)}/resync`;
        return readItem<Token>(await send({ method: 'POST', path, body: { otps }, kind: 'once', signal }));
      },
    },
    filters: { create, get, list, page },
    assignments: {
      async create(assignment, call = {}) {
        const request = {
          method: 'POST',
          path: '/assignments',
          body: assignment,
          kind: 'creation',
          signal: call.signal,
        } as const;
        const answer = await send(request);
        if (answer?.resource !== assignment.resource) throw unexpected('the assignment');
        return assignment;
      },
      async delete(assignment, call = {}) {
        const { resource, user, token } = assignment;
        const query = { resource, user, token };
        await send({ method: 'DELETE', path: '/assignments', query, kind: 'once', signal: call.signal });
      },
    },
  };
}

function readCreatedToken({ token, secret, otpauthUri }: Record<string, unknown>): CreatedToken {
  if (typeof secret !== 'string' || typeof otpauthUri !== 'string') throw unexpected('a new token with its secret');
  return { token: readItem<Token>(token), secret, otpauthUri };
}

/** The characters of a bearer token (RFC 6750 2.1). Checked here, because the runtime's own complaint about an impossible header quotes it. */
function parseApiKey(value: unknown): string {
  if (typeof value === 'string' && /^[A-Za-z0-9._~+/=-]{8,512}$/.test(value)) return value;
  throw new CountersignError('OPTION_INVALID', '"apiKey" must be an API key of the service.');
}
