import type { ResultClaims } from '@countersign/protocol/result';
import { CountersignError } from '../error.ts';
import type { FetchLike } from '../http/bounded-fetch.ts';
import { wholeNumber } from '../options.ts';
import { parseServiceUrl } from '../service-url.ts';
import type { TransactionReference } from '../transactions/transaction.ts';
import type {
  ApiKey,
  ApiKeyChanges,
  ApiKeyWithSecret,
  Checklist,
  ExplainInput,
  Explanation,
  FilterQuery,
  Keyed,
  NameQuery,
  NewApiKey,
  RowOutcome,
  UserQuery,
} from './administration.ts';
import {
  authenticate,
  consumeResult,
  createChallenge,
  createLoginRequest,
  createRedirect,
  createTransaction,
} from './authentications.ts';
import {
  type CallOptions,
  type ChangeableCollection,
  createCollection,
  itemPath,
  readItem,
  unexpected,
} from './collection.ts';
import { checkEnvironment, environmentsOf, forgetEnvironments, saveEnvironment } from './environments.ts';
import type {
  Assignment,
  AuthenticateInput,
  Authentication,
  Challenge,
  Environment,
  Environments,
  Filter,
  FilterChanges,
  LoginRequest,
  LoginRequestInput,
  NewChallenge,
  NewFilter,
  NewResource,
  NewTransaction,
  NewUser,
  Redirect,
  RedirectInput,
  Resource,
  ResourceChanges,
  Transaction,
  User,
  UserChanges,
} from './objects.ts';
import { createTokens, type Tokens } from './tokens.ts';
import { createTransport } from './transport.ts';
import { endBrowserTrust, type TrustedBrowsers, trustedBrowsersOf } from './trusted-browsers.ts';

export type { CallOptions } from './collection.ts';

export interface ClientOptions {
  /** The service's URL, without `/v1`. https, except on loopback. */
  url: string;
  /** Keep it on your server: it acts for the account. */
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
   * Checks a person's password, one-time password, or both, or a token's one-time password. A refusal is an
   * error whose code says why. Never retried by itself: each call is an attempt that counts.
   *
   * @throws CountersignError `INVALID_CREDENTIALS`, `OTP_WRONG`, `TOKEN_LOCKED`, `TOO_MANY_ATTEMPTS`, ...
   */
  authenticate(input: AuthenticateInput, options?: CallOptions): Promise<Authentication>;
  /**
   * Has the service check a result and use it up. Also tells whether person and resource still have access.
   *
   * @throws CountersignError `RESULT_INVALID`, `RESULT_ORIGIN`, `RESULT_USED`, `RESULT_REVOKED`, ...
   */
  consumeResult(
    input: {
      result: string;
      resource: string;
      nonce: string;
      /** The origin of your page. Always name it: a resource with several origins, or with native apps, requires it. */
      origin?: string;
      /** Whether a native app of yours got the result by its code. */
      app?: boolean;
      transaction?: TransactionReference;
      acceptTest?: boolean;
    },
    options?: CallOptions,
  ): Promise<ResultClaims>;
  /**
   * Lets the widget ask a person whom you already know for the one-time password alone, or, with `acr`, `maxAgeMs` or
   * `previous`, for whatever the result still lacks.
   *
   * @throws CountersignError `LEVEL_UNREACHABLE` where the person cannot show that many factors, ...
   */
  createLoginRequest(input: LoginRequestInput, options?: CallOptions): Promise<LoginRequest>;
  /** How far a browser matches those of a person; `percent` is null where none is remembered. A soft signal, no factor. */
  checkEnvironment(
    input: { user: string; resource: string; environment: Environment },
    options?: CallOptions,
  ): Promise<{ percent: number | null; fits: boolean }>;
  /** Remembers a browser of a person who has just signed in. Without a resource it counts on all of them. */
  saveEnvironment(
    input: { user: string; environment: Environment; resource?: string },
    options?: CallOptions,
  ): Promise<void>;
  /**
   * Lets a person sign in on the service's own page, for browsers and sites where frames do not work.
   *
   * @throws CountersignError `REDIRECT_URI_NOT_ALLOWED`, ...
   */
  createRedirect(input: RedirectInput, options?: CallOptions): Promise<Redirect>;
  /**
   * Asks a person to confirm what you are about to do: the widget shows the fields, and its result is bound to them. Each
   * call is one more that the person may be asked, so it is never repeated by itself.
   *
   * @throws CountersignError `TRANSACTION_INVALID`, `SIGNING_TOKEN_MISSING`, `TOKEN_LOCKED`, `RATE_LIMITED`, ...
   */
  createTransaction(input: NewTransaction, options?: CallOptions): Promise<Transaction>;
  /**
   * Sends a code to the user by text message or email, or creates a question for their device, for `authenticate` on
   * the same resource. Call it after your site has checked a password. It is never retried.
   *
   * @throws CountersignError `CODE_NOT_SENT`, `CODE_LIMIT`, `TOKEN_NOT_FOUND`, `TOKEN_LOCKED`, ...
   */
  createChallenge(input: NewChallenge, options?: CallOptions): Promise<Challenge>;
  resources: ChangeableCollection<Resource, NewResource, ResourceChanges, Resource, NameQuery> & {
    /** A PNG or WebP of at most 32 kB, shown above the sign-in. */
    setLogo(id: string, image: Uint8Array, options?: CallOptions): Promise<Resource>;
    removeLogo(id: string, options?: CallOptions): Promise<void>;
  };
  users: ChangeableCollection<User, NewUser, UserChanges, User, UserQuery> & {
    /** How many of their browsers are remembered, where and since when. */
    environments(id: string, options?: CallOptions): Promise<Environments>;
    /** Forgets all of them. */
    forgetEnvironments(id: string, options?: CallOptions): Promise<void>;
    /** The browsers in which they need the password alone, newest first. */
    trustedBrowsers(id: string, options?: CallOptions): Promise<TrustedBrowsers>;
    /** Ends the trust in one of them, or in all. The next sign-in there asks for a code. */
    endBrowserTrust(id: string, options?: { browser?: string } & CallOptions): Promise<void>;
    /** Up to 500 at once, each with its own outcome, in their order. Repeated by itself as a creation is. */
    createMany(rows: readonly Keyed<NewUser>[], options?: CallOptions): Promise<RowOutcome[]>;
  };
  tokens: Tokens;
  filters: ChangeableCollection<Filter, NewFilter, FilterChanges, Filter, FilterQuery>;
  /** With a key that may `administer`. */
  apiKeys: ChangeableCollection<ApiKey, NewApiKey, ApiKeyChanges, ApiKeyWithSecret> & {
    /** Another secret, shown once; the one before works on for the overlap. Never repeated by itself. */
    rotate(id: string, input: { overlapMs: number }, options?: CallOptions): Promise<ApiKeyWithSecret>;
  };
  /** What would be decided about a sign-in with everything right, and by which check. Needs no secrets, counts nothing. */
  explain(input: ExplainInput, options?: CallOptions): Promise<Explanation>;
  /** What is still to do until the first person can sign in. */
  checklist(options?: CallOptions): Promise<Checklist>;
  assignments: {
    create(assignment: Assignment, options?: CallOptions): Promise<Assignment>;
    /** Up to 500 at once, each with its own outcome, in their order. */
    createMany(rows: readonly Keyed<Assignment>[], options?: CallOptions): Promise<RowOutcome[]>;
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

  async function createMany<Outcome extends RowOutcome>(
    kind: 'users' | 'tokens' | 'assignments',
    rows: readonly object[],
    { signal }: CallOptions = {},
  ): Promise<Outcome[]> {
    const answer = await send({ method: 'POST', path: `/bulk/${kind}`, body: { rows }, kind: 'creation', signal });
    // An outcome too few would be taken for another row's.
    if (!Array.isArray(answer?.rows) || answer.rows.length !== rows.length) throw unexpected('an outcome for each row');
    return answer.rows as Outcome[];
  }

  return {
    authenticate: (input, call) => authenticate(send, input, call),
    consumeResult: (input, call) => consumeResult(send, input, call),
    createTransaction: (input, call) => createTransaction(send, input, call),
    createLoginRequest: (input, call) => createLoginRequest(send, input, call),
    checkEnvironment: (input, call) => checkEnvironment(send, input, call),
    saveEnvironment: (input, call) => saveEnvironment(send, input, call),
    createChallenge: (input, call) => createChallenge(send, input, call),
    createRedirect: (input, call) => createRedirect(send, input, call),
    resources: {
      ...createCollection<Resource, NewResource, ResourceChanges, Resource, NameQuery>(send, {
        path: '/resources',
        readCreated: readItem<Resource>,
      }),
      async setLogo(id, bytes, { signal } = {}) {
        const path = `${itemPath('/resources', id)}/logo`;
        const body = { image: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')) };
        return readItem<Resource>(await send({ method: 'POST', path, body, kind: 'once', signal }));
      },
      async removeLogo(id, { signal } = {}) {
        await send({ method: 'DELETE', path: `${itemPath('/resources', id)}/logo`, kind: 'once', signal });
      },
    },
    users: {
      ...createCollection<User, NewUser, UserChanges, User, UserQuery>(send, {
        path: '/users',
        readCreated: readItem<User>,
      }),
      createMany: (rows, call) => createMany('users', rows, call),
      environments: (id, call) => environmentsOf(send, id, call),
      forgetEnvironments: (id, call) => forgetEnvironments(send, id, call),
      trustedBrowsers: (id, call) => trustedBrowsersOf(send, id, call),
      endBrowserTrust: (id, call) => endBrowserTrust(send, id, call),
    },
    tokens: createTokens(send, (rows, call) => createMany('tokens', rows, call)),
    filters: createCollection(send, { path: '/filters', readCreated: readItem<Filter> }),
    apiKeys: {
      ...createCollection<ApiKey, NewApiKey, ApiKeyChanges, ApiKeyWithSecret>(send, {
        path: '/api-keys',
        readCreated: readApiKey,
      }),
      async rotate(id, { overlapMs }, { signal } = {}) {
        const path = `${itemPath('/api-keys', id)}/rotate`;
        const answer = await send({ method: 'POST', path, body: { overlapMs }, kind: 'once', signal });
        return readApiKey(answer ?? {});
      },
    },
    async explain(input, { signal } = {}) {
      const answer = await send({ method: 'POST', path: '/explain', body: input, kind: 'read', signal });
      if (!Array.isArray(answer?.checks)) throw unexpected('an explanation');
      return answer as unknown as Explanation;
    },
    async checklist({ signal } = {}) {
      const answer = await send({ method: 'GET', path: '/checklist', kind: 'read', signal });
      if (!Array.isArray(answer?.items)) throw unexpected('a checklist');
      return answer as unknown as Checklist;
    },
    assignments: {
      createMany: (rows, call) => createMany('assignments', rows, call),
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

function readApiKey({ key, text }: Record<string, unknown>): ApiKeyWithSecret {
  if (typeof text !== 'string') throw unexpected('an API key with its text');
  return { key: readItem<ApiKey>(key), text };
}

/** The characters of a bearer token (RFC 6750 2.1). Checked here, because the runtime's own complaint about an impossible header quotes it. */
function parseApiKey(value: unknown): string {
  if (typeof value === 'string' && /^[A-Za-z0-9._~+/=-]{8,512}$/.test(value)) return value;
  throw new CountersignError('OPTION_INVALID', '"apiKey" must be an API key of the service.');
}
