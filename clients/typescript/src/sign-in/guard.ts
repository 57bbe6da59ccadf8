import { activeUser } from './active-user.ts';
import { checkPost } from './check-post.ts';
import { checkDemand, checkLevel, type LevelDemand } from './level.ts';
import type { SignInRules } from './options.ts';
import { redirectPath } from './redirect-path.ts';
import { redirect, refuse } from './respond.ts';

/**
 * Lets a request pass (undefined), or is the response instead. It does not look at the address, which proxies, routers
 * and guards read differently: what it guards is what it is called for.
 */
export type Guard<Context> = (request: Request, context: Context) => Promise<Response | undefined>;

/** For the visitor of a page, the sign-in page; for scripts a refusal. */
export function guardFor<Context>(rules: SignInRules<Context>, demand: LevelDemand): Guard<Context> {
  checkDemand(demand);
  return async (request, context) => {
    const session = await rules.session(context);
    const state = await session.read();
    const refusal = checkLevel(await activeUser(rules, state), demand, rules.now());
    if (!refusal) return undefined;
    const shown = refusal === 'STEP_UP_REQUIRED' ? demand : {};
    return isPageView(request) ? redirect(signInAddress(rules.signInPath, request, shown)) : refuse(refusal, shown);
  };
}

/** For your own forms, above all the one with the password: only posts from pages of this site pass. */
export function sameOriginGuard<Context>({ origin }: Pick<SignInRules<Context>, 'origin'>): Guard<Context> {
  return async (request) => {
    const refusal = checkPost(request, origin);
    return refusal && refuse(refusal);
  };
}

function signInAddress(signInPath: string, request: Request, demand: LevelDemand): string {
  const { pathname, search } = new URL(request.url);
  const next = redirectPath(pathname + search);
  const query = new URLSearchParams({
    ...(next !== undefined && { next }),
    ...(demand.acr !== undefined && { acr: demand.acr }),
    ...(demand.maxAgeMs !== undefined && { maxAgeMs: String(demand.maxAgeMs) }),
  });
  return query.size > 0 ? `${signInPath}?${query}` : signInPath;
}

function isPageView({ method, headers }: Request): boolean {
  return (method === 'GET' || method === 'HEAD') && (headers.get('accept') ?? '').includes('text/html');
}

/**
 * For middleware that sees every request and knows only its address: everything but the given paths needs a sign-in.
 * A path is public if it is one of them letter by letter, or below one that ends in `/*`. Every other spelling is not.
 */
export function isPublicPath(address: string, publicPaths: readonly string[]): boolean {
  const url = new URL(address);
  // A runtime that does not resolve `..` in addresses may route by the text.
  const path = url.href === address ? redirectPath(url.pathname) : undefined;
  return (
    path !== undefined &&
    publicPaths.some((known) => (known.endsWith('/*') ? path.startsWith(known.slice(0, -1)) : path === known))
  );
}
