import { parseUrl } from '@countersign/protocol/parse-url';
import type { ResultClaims } from '@countersign/protocol/result';
import type { Client } from '../api/client.ts';
import { CountersignError } from '../error.ts';
import type { Verifier } from '../results/verifier.ts';
import { parseServiceUrl } from '../service-url.ts';
import { redirectPath } from './redirect-path.ts';
import type { SignedInUser, SiteSession } from './session.ts';

/** @typeParam Context what your framework calls a request: `c` in Hono, `event` in SvelteKit, `req` in Express. */
export interface SignInOptions<Context> {
  /** From `createVerifier`, one per process. */
  verifier: Pick<Verifier, 'verifyResult'>;
  /** The resource of the verifier, `res_...`. */
  resource: string;
  /** The origin of your site, such as `https://shop.example`. Never taken from a request. */
  origin: string;
  /** The session of the visitor. */
  session: (context: Context) => SiteSession | Promise<SiteSession>;
  /**
   * From `createClient`, with a key of the scope `authenticate`. With it every result is consumed, which refuses users who lost
   * access since; a step-up asks only for what is missing. Needed for a second factor alone.
   */
  client?: Pick<Client, 'consumeResult' | 'createLoginRequest'>;
  /** Where the three routes are. Default `/countersign`. */
  basePath?: string;
  /** Your page with the widget, to which guards send visitors. Default `/sign-in`. */
  signInPath?: string;
  /** Where a sign-in leads to if no page was asked for. Default `/`. */
  afterSignIn?: string;
  /** Default `/`. */
  afterSignOut?: string;
  /** What every sign-in must prove. */
  require?: {
    /** Refuses one factor. Not for a second factor alone, where your site checks the other one. */
    acr?: '2';
    /** Refuses users who signed in without a code. Default false, and true for a second factor alone. */
    otp?: boolean;
  };
  /** Accepts results of a test resource, which no user signed in for. Only in your own tests. */
  acceptTest?: boolean;
  /**
   * Called before the session is signed in: create your own record of the user here. Return false to refuse
   * (`ACCESS_DENIED`).
   */
  onSignIn?: (user: SignedInUser, claims: ResultClaims, context: Context) => unknown;
  /**
   * Whether a user is still one of yours: asked for every request of a user who is signed in. Default: always. For a
   * second factor alone `stampOf` says it.
   */
  isActive?: (user: SignedInUser) => boolean | Promise<boolean>;
  /**
   * Your site checks the passwords, and only that: a sign-in without `beginSecondFactor` before it is refused. A text that
   * changes with the account's password, such as the time of the change: null or empty if it has none, and undefined if the
   * account may not sign in. When it changes, sign-ins that wait for their second factor and the sessions of the account end.
   */
  stampOf?: (account: string) => string | null | undefined | Promise<string | null | undefined>;
  /** Milliseconds since the epoch. Default `Date.now`. */
  now?: () => number;
}

export interface SignInRules<Context> extends SignInOptions<Context> {
  basePath: string;
  signInPath: string;
  afterSignIn: string;
  afterSignOut: string;
  now: () => number;
}

/** @throws CountersignError `OPTION_INVALID`, naming the option. */
export function checkOptions<Context>(options: SignInOptions<Context>): SignInRules<Context> {
  const { verifier, session, resource, origin, stampOf, client } = options;
  if (typeof verifier?.verifyResult !== 'function') refuse('verifier', 'is what createVerifier returns');
  if (typeof session !== 'function') refuse('session', 'is a function');
  if (typeof resource !== 'string' || resource === '') refuse('resource', 'is the id of your resource');
  if (typeof origin !== 'string' || parseUrl(origin)?.origin !== origin) {
    refuse('origin', 'is the origin of your site, such as https://shop.example');
  }
  parseServiceUrl('origin', origin);
  if (stampOf && !client) refuse('client', 'is needed for a second factor alone');
  if (stampOf && options.require?.acr) refuse('require.acr', 'is for sites where Countersign checks the password');
  const path = (name: 'basePath' | 'signInPath' | 'afterSignIn' | 'afterSignOut', missing: string) =>
    redirectPath(options[name] ?? missing) ?? refuse(name, 'is a path of your site');
  const basePath = path('basePath', '/countersign');
  if (!/^(?:\/[\w-]+)+$/.test(basePath)) refuse('basePath', 'is a path such as /countersign');
  const signInPath = path('signInPath', '/sign-in');
  if (signInPath.includes('?')) refuse('signInPath', 'is a path without a query');
  return {
    ...options,
    basePath,
    signInPath,
    afterSignIn: path('afterSignIn', '/'),
    afterSignOut: path('afterSignOut', '/'),
    now: options.now ?? Date.now,
  };
}

function refuse(option: string, wanted: string): never {
  throw new CountersignError('OPTION_INVALID', `"${option}" ${wanted}.`);
}
