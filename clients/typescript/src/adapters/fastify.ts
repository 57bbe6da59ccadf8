import type { Guard, LevelDemand, SignInHandlers, SiteSession } from '../sign-in/index.ts';
import { type IncomingRequest, toWebRequest } from './node-request.ts';

/** What is used of a request of Fastify. */
export interface FastifySignInRequest extends IncomingRequest {
  readonly originalUrl: string;
  readonly body: unknown;
}

/** What is used of a reply of Fastify. */
export interface FastifySignInReply {
  code(status: number): unknown;
  header(name: string, value: string): unknown;
  send(body: string): unknown;
}

/** What is used of an instance of Fastify. */
export interface FastifyScope<Req> {
  removeAllContentTypeParsers(): void;
  addContentTypeParser(
    type: string,
    options: { parseAs: 'string'; bodyLimit: number },
    parse: (request: Req, body: string, done: (error: null, body: string) => void) => void,
  ): unknown;
  all(path: string, handler: FastifyHook<Req>): unknown;
}

export type FastifyHook<Req> = (request: Req, reply: FastifySignInReply) => Promise<unknown>;

/** Routes as a plugin, guards as hooks, for Fastify 5. */
export interface FastifySignIn<Req> {
  /** `app.register(auth.routes)`, after the session. */
  readonly routes: (scope: FastifyScope<Req>) => Promise<void>;
  /** A hook: `scope.addHook('onRequest', auth.requireSignIn)`, or `preHandler` of a route. */
  readonly requireSignIn: FastifyHook<Req>;
  readonly requireSameOrigin: FastifyHook<Req>;
  requireRecent(demand: LevelDemand): FastifyHook<Req>;
  requireSignInExcept(publicPaths: readonly string[]): FastifyHook<Req>;
}

/** More than the handlers take, so that theirs is the refusal. */
const BODY_LIMIT = 64 * 1024;

/**
 * @example
 * const auth = toFastify(signIn);
 * await app.register(auth.routes);
 * app.get('/account', { preHandler: auth.requireSignIn }, showAccount);
 */
export function toFastify<Req extends FastifySignInRequest>(signIn: SignInHandlers<Req>): FastifySignIn<Req> {
  const guardWith =
    (guard: Guard<Req>): FastifyHook<Req> =>
    async (request, reply) => {
      const response = await guard(toWebRequest(request, request.originalUrl), request);
      return response && send(reply, response);
    };
  return {
    async routes(scope) {
      // The body as it came, whatever the site's own parsers make of bodies.
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit: BODY_LIMIT }, (_request, body, done) =>
        done(null, body),
      );
      for (const name of ['nonce', 'sign-in', 'sign-out']) {
        const path = `${signIn.basePath}/${name}`;
        scope.all(path, async (request, reply) => {
          const body = typeof request.body === 'string' ? request.body : undefined;
          // The path that the router has matched: that of the request may be spelled otherwise, or have a prefix.
          const response = await signIn.handle(toWebRequest(request, path, body), request);
          return send(reply, response ?? new Response(null, { status: 404 }));
        });
      }
    },
    requireSignIn: guardWith(signIn.requireSignIn),
    requireSameOrigin: guardWith(signIn.requireSameOrigin),
    requireRecent: (demand) => guardWith(signIn.requireRecent(demand)),
    requireSignInExcept: (paths) => guardWith(signIn.requireSignInExcept(paths)),
  };
}

/** What is used of `request.session` of `@fastify/session`. */
interface FastifySession {
  regenerate(keys: string[]): Promise<void>;
  save(): Promise<void>;
}

/**
 * The session of `@fastify/session`.
 *
 * @param keep names of your own members that survive a sign-in, such as the basket
 */
export function fastifySession(request: { session: FastifySession }, keep: readonly string[] = []): SiteSession {
  const current = () => request.session as FastifySession & Record<string, unknown>;
  const store: SiteSession['write'] = async (state) => {
    current().countersign = state;
    await request.session.save();
  };
  return {
    read: () => current().countersign as ReturnType<SiteSession['read']>,
    write: store,
    async renew(state) {
      await request.session.regenerate([...keep]);
      await store(state);
    },
  };
}

async function send(reply: FastifySignInReply, response: Response): Promise<FastifySignInReply> {
  reply.code(response.status);
  response.headers.forEach((value, name) => {
    reply.header(name, value);
  });
  reply.send(await response.text());
  return reply;
}
