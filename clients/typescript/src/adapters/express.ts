import type { Guard, LevelDemand, SignInHandlers, SiteSession } from '../sign-in/index.ts';
import { type IncomingRequest, toWebRequest } from './node-request.ts';

/** What is used of a request of Express. */
export interface ExpressRequest extends IncomingRequest, AsyncIterable<Uint8Array> {
  readonly originalUrl: string;
  /** What a body parser made of the body, if one has read it. */
  readonly body?: unknown;
  readonly readableEnded: boolean;
}

/** What is used of a response of Express. */
export interface ExpressResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(text: string): unknown;
}

export type ExpressMiddleware<Req> = (request: Req, response: ExpressResponse, next: (error?: unknown) => void) => void;

/** Routes and guards as middleware of Express 4 and 5. */
export interface ExpressSignIn<Req> {
  /** `app.use(auth.routes)`, after the session. */
  readonly routes: ExpressMiddleware<Req>;
  readonly requireSignIn: ExpressMiddleware<Req>;
  readonly requireSameOrigin: ExpressMiddleware<Req>;
  requireRecent(demand: LevelDemand): ExpressMiddleware<Req>;
  requireSignInExcept(publicPaths: readonly string[]): ExpressMiddleware<Req>;
}

/**
 * @example
 * const auth = toExpress(signIn);
 * app.use(auth.routes);
 * app.get('/account', auth.requireSignIn, showAccount);
 */
export function toExpress<Req extends ExpressRequest>(signIn: SignInHandlers<Req>): ExpressSignIn<Req> {
  const answerWith =
    (respond: Guard<Req>, withBody: boolean): ExpressMiddleware<Req> =>
    (request, response, next) => {
      const body = withBody && !['GET', 'HEAD'].includes(request.method) ? bodyOf(request) : undefined;
      Promise.resolve()
        .then(() => respond(toWebRequest(request, request.originalUrl, body), request))
        .then((answer) => (answer ? send(response, answer).then(() => undefined) : next()))
        // An error passes no guard: Express responds to it.
        .catch(next);
    };
  return {
    routes: answerWith(signIn.handle, true),
    requireSignIn: answerWith(signIn.requireSignIn, false),
    requireSameOrigin: answerWith(signIn.requireSameOrigin, false),
    requireRecent: (demand) => answerWith(signIn.requireRecent(demand), false),
    requireSignInExcept: (paths) => answerWith(signIn.requireSignInExcept(paths), false),
  };
}

/** What is used of a request with a session of express-session. */
interface ExpressSessionRequest {
  session: ExpressSession;
  readonly sessionID: string;
  readonly sessionStore: { get(id: string, done: (error: unknown, session?: unknown) => void): unknown };
}

/** What is used of `request.session` of express-session. */
interface ExpressSession {
  regenerate(done: (error: unknown) => void): unknown;
  save(done: (error: unknown) => void): unknown;
}

/**
 * The session of express-session.
 *
 * @param keep names of your own members that survive a sign-in, such as the basket
 * @example
 * const signIn = signInHandlers<Request>({ verifier, resource, origin, session: expressSession });
 */
export function expressSession(request: ExpressSessionRequest, keep: readonly string[] = []): SiteSession {
  const current = () => request.session as ExpressSession & Record<string, unknown>;
  const store: SiteSession['write'] = async (state) => {
    current().countersign = state;
    await called((done) => request.session.save(done));
  };
  return {
    read: () => current().countersign as ReturnType<SiteSession['read']>,
    async write(state) {
      // A sign-out meanwhile has removed the session. Saving it would bring its user back.
      if ((state.user || state.pending) && !(await isStored(request))) throw new Error('The session has ended.');
      await store(state);
    },
    async renew(state) {
      const kept = keep.filter((name) => name in current()).map((name) => [name, current()[name]]);
      await called((done) => request.session.regenerate(done));
      Object.assign(current(), Object.fromEntries(kept));
      await store(state);
    },
  };
}

function isStored({ sessionStore, sessionID }: ExpressSessionRequest): Promise<boolean> {
  return new Promise((resolve, reject) => {
    sessionStore.get(sessionID, (error, found) => (error ? reject(error) : resolve(Boolean(found))));
  });
}

function called(start: (done: (error: unknown) => void) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => (error ? reject(error) : resolve()));
  });
}

async function send(response: ExpressResponse, answer: Response): Promise<void> {
  response.statusCode = answer.status;
  answer.headers.forEach((value, name) => {
    response.setHeader(name, value);
  });
  response.end(await answer.text());
}

/** As it comes, or as a body parser has read it before. */
function bodyOf(request: ExpressRequest): string | ReadableStream<Uint8Array> {
  if (!request.readableEnded) return streamOf(request);
  const { body } = request;
  if (typeof body === 'string') return body;
  if (typeof body !== 'object' || body === null) return '';
  const isForm = String(request.headers['content-type']).toLowerCase().startsWith('application/x-www-form-urlencoded');
  // A field that came twice is a list, which is refused as a text with a comma would not be.
  return isForm ? new URLSearchParams(Object.entries(body).flatMap(eachValue)).toString() : JSON.stringify(body);
}

function eachValue([name, value]: [string, unknown]): [string, string][] {
  return [value].flat().map((one) => [name, String(one)]);
}

function streamOf(chunks: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
    },
    // Nothing is read before a route asks for it.
    { highWaterMark: 0 },
  );
}
