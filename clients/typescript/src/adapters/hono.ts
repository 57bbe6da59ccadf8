import type { Guard, LevelDemand, SignInHandlers } from '../sign-in/index.ts';

/** What is used of a context of Hono. */
export interface HonoContext {
  readonly req: { readonly raw: Request };
  newResponse(body: string | null, status: never, headers: Record<string, string>): Response;
}

export type HonoMiddleware<C> = (c: C, next: () => Promise<void>) => Promise<Response | undefined>;

/** Routes and guards as middleware of Hono. */
export interface HonoSignIn<C> {
  /** `app.use(auth.routes)`. */
  readonly routes: HonoMiddleware<C>;
  readonly requireSignIn: HonoMiddleware<C>;
  readonly requireSameOrigin: HonoMiddleware<C>;
  requireRecent(demand: LevelDemand): HonoMiddleware<C>;
  requireSignInExcept(publicPaths: readonly string[]): HonoMiddleware<C>;
}

/**
 * @example
 * const auth = toHono(signIn);
 * app.use(auth.routes);
 * app.get('/account', auth.requireSignIn, (c) => c.text('Only for you.'));
 */
export function toHono<C extends HonoContext>(signIn: SignInHandlers<C>): HonoSignIn<C> {
  const answerWith =
    (respond: Guard<C>): HonoMiddleware<C> =>
    async (c, next) => {
      const answer = await respond(c.req.raw, c);
      if (!answer) {
        await next();
        return undefined;
      }
      // Not the response itself, which would be without the cookies that were set on the context.
      return c.newResponse(await answer.text(), answer.status as never, Object.fromEntries(answer.headers));
    };
  return {
    routes: answerWith(signIn.handle),
    requireSignIn: answerWith(signIn.requireSignIn),
    requireSameOrigin: answerWith(signIn.requireSameOrigin),
    requireRecent: (demand) => answerWith(signIn.requireRecent(demand)),
    requireSignInExcept: (paths) => answerWith(signIn.requireSignInExcept(paths)),
  };
}
