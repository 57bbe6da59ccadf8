import { CountersignError } from '../error.ts';
import { activeUser, stampFor } from './active-user.ts';
import { type Guard, guardFor, isPublicPath, sameOriginGuard } from './guard.ts';
import type { LevelDemand } from './level.ts';
import { checkOptions, type SignInOptions } from './options.ts';
import { redirectPath } from './redirect-path.ts';
import { postNonce, postSignIn, postSignOut } from './routes.ts';
import type { SignedInUser } from './session.ts';

export type { Guard } from './guard.ts';
export type { LevelDemand, SignInLevel } from './level.ts';
export type { SignInOptions } from './options.ts';
export {
  type BegunSignIn,
  ironSession,
  type PendingUser,
  type SessionData,
  type SignedInUser,
  type SignInState,
  type SiteSession,
} from './session.ts';
export { redirectPath };

/** The three routes of a sign-in, and guards for pages. */
export interface SignInHandlers<Context> {
  readonly basePath: string;
  /** Of your site, as configured. */
  readonly origin: string;
  /** The response to a request for one of the routes; undefined for every other path. */
  handle(request: Request, context: Context): Promise<Response | undefined>;
  /** The user of the session; undefined while a second factor is missing, or when your site no longer wants the user. */
  currentUser(context: Context): Promise<SignedInUser | undefined>;
  /** Only for users who are signed in. */
  readonly requireSignIn: Guard<Context>;
  /**
   * Only for users who have shown enough, recently enough: for others the page begins a step-up.
   *
   * @throws CountersignError `OPTION_INVALID` for a demand that says nothing.
   * @example
   * const forPayments = signIn.requireRecent({ acr: '2', maxAgeMs: 5 * 60_000 });
   */
  requireRecent(demand: LevelDemand): Guard<Context>;
  /**
   * For middleware in front of all pages: everything but these paths needs a sign-in. `/assets/*` is a folder. The routes and
   * the sign-in page are public anyway.
   */
  requireSignInExcept(publicPaths: readonly string[]): Guard<Context>;
  /** For the posts of your own forms, above all of the one with the password: only pages of your site may send them. */
  readonly requireSameOrigin: Guard<Context>;
  /**
   * Second factor only: call it when your site has checked the password of an account. The session waits for the second
   * factor for 15 minutes; then show your page with the widget.
   *
   * @param input your own id of the account, and the user's id at the service (`usr_...`), from your database
   * @returns false if `stampOf` says that the account may not sign in
   */
  beginSecondFactor(context: Context, input: { account: string; subject: string }): Promise<boolean>;
}

/**
 * Sign-in for a site: `POST /countersign/nonce`, `/countersign/sign-in` and `/countersign/sign-out` as functions from
 * `Request` to `Response`, for every framework. Adapters for Express, Fastify, Hono and Next.js take what this returns.
 *
 * @throws CountersignError `OPTION_INVALID`, naming the option.
 * @example
 * const signIn = signInHandlers({ verifier, resource, origin: 'https://shop.example', session: openSession });
 * const response = (await signIn.handle(request, context)) ?? (await signIn.requireSignIn(request, context));
 */
export function signInHandlers<Context = void>(options: SignInOptions<Context>): SignInHandlers<Context> {
  const rules = checkOptions(options);
  const routes = { nonce: postNonce, 'sign-in': postSignIn, 'sign-out': postSignOut };
  const requireSignIn = guardFor(rules, { acr: '1' });
  return {
    basePath: rules.basePath,
    origin: rules.origin,
    async handle(request, context) {
      const { pathname } = new URL(request.url);
      const route = Object.entries(routes).find(([name]) => pathname === `${rules.basePath}/${name}`)?.[1];
      return route?.(rules, request, context);
    },
    async currentUser(context) {
      const session = await rules.session(context);
      return activeUser(rules, await session.read());
    },
    requireSignIn,
    requireSameOrigin: sameOriginGuard(rules),
    requireRecent: (demand) => guardFor(rules, demand),
    requireSignInExcept(publicPaths) {
      const wrong = publicPaths.find((path) => path === '/*' || redirectPath(path.replace(/\/\*$/, '/')) === undefined);
      if (wrong !== undefined) throw new CountersignError('OPTION_INVALID', `"${wrong}" is no path of a public page.`);
      const paths = [
        ...publicPaths,
        rules.signInPath,
        ...Object.keys(routes).map((name) => `${rules.basePath}/${name}`),
      ];
      return async (request, context) =>
        isPublicPath(request.url, paths) ? undefined : requireSignIn(request, context);
    },
    async beginSecondFactor(context, { account, subject }) {
      if (!rules.stampOf)
        throw new CountersignError('OPTION_INVALID', '"stampOf" is needed for a second factor alone.');
      if (typeof subject !== 'string' || subject === '') {
        throw new CountersignError('OPTION_INVALID', '"subject" is the id of the user at the service.');
      }
      const stamp = await stampFor(rules, account);
      if (stamp === undefined) return false;
      const session = await rules.session(context);
      // A new id already now: the password was a first authentication.
      await session.renew({ pending: { account, user: subject, stamp, passwordCheckedAt: rules.now() } });
      return true;
    },
  };
}
