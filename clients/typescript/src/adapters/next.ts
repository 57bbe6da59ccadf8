import type { Guard, LevelDemand, SignInHandlers } from '../sign-in/index.ts';

type RouteHandler<Params> = (request: Request, params: Params) => Response | Promise<Response>;

/** Routes and guards for the App Router of Next.js. */
export interface NextSignIn {
  /** `export const { POST } = auth` in `app/countersign/[route]/route.ts`. */
  POST(request: Request): Promise<Response>;
  /** A route handler only for users who are signed in. */
  requireSignIn<Params>(handler: RouteHandler<Params>): RouteHandler<Params>;
  requireRecent<Params>(demand: LevelDemand, handler: RouteHandler<Params>): RouteHandler<Params>;
  /**
   * `export const proxy = auth.requireSignInExcept(['/'])` in `proxy.ts` (`middleware.ts` before Next.js 16): the first guard,
   * and never the only one. What Next.js is to serve to everyone has to be in the list: `/_next/static/*`.
   */
  requireSignInExcept(publicPaths: readonly string[]): (request: Request) => Promise<Response | undefined>;
}

/**
 * @example
 * const auth = toNext(signIn);
 * export const DELETE = auth.requireRecent({ acr: '2', maxAgeMs: 300_000 }, deleteAccount);
 */
export function toNext(signIn: SignInHandlers<void>): NextSignIn {
  const behind =
    <Params>(guard: Guard<void>, handler: RouteHandler<Params>): RouteHandler<Params> =>
    async (request, params) =>
      (await guard(request)) ?? handler(request, params);
  return {
    POST: async (request) => (await signIn.handle(request)) ?? new Response(null, { status: 404 }),
    requireSignIn: (handler) => behind(signIn.requireSignIn, handler),
    requireRecent: (demand, handler) => behind(signIn.requireRecent(demand), handler),
    requireSignInExcept(publicPaths) {
      const guard = signIn.requireSignInExcept(publicPaths);
      return async (request) => {
        const response = await guard(request);
        const location = response?.headers.get('location');
        // Next.js fails there on a path alone. The host of the request is the visitor's to choose.
        if (typeof location === 'string') response?.headers.set('location', signIn.origin + location);
        return response;
      };
    },
  };
}
