import type { ApiScope } from '@countersign/protocol/api-keys';
import type { RefusalCode } from '@countersign/protocol/codes';
import { omitUndefined } from '@countersign/protocol/omit-undefined';
import {
  createRoute,
  type OpenAPIHono,
  type RouteConfig,
  type RouteConfigToTypedResponse,
  type RouteHandler,
  type z,
} from '@hono/zod-openapi';
import type { Context, MiddlewareHandler, TypedResponse } from 'hono';
import type { AccountId } from '../../kernel/ids.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import type { RawKey } from '../../kernel/ports/store.ts';
import type { AppEnv } from '../context.ts';
import { refuse } from '../problem.ts';
import { type jsonBody, refusals, refuseInvalid } from './router.ts';

/**
 * Who may call a route. An API scope: an API key with the scope, or an administrator's session. `session`: administrators
 * themselves, by session alone. `operator`: only over the operator's socket. `operator-account`: the same, in the account
 * that the request names. `payments`: the payment service, by its signature. `public`: everyone.
 */
export type RouteScope = ApiScope | 'session' | 'operator' | 'operator-account' | 'payments' | 'public';

/**
 * Which routes a listener has. `public`: what a site's backend, an app and the payment service need to sign users in; `all`
 * also has the administration.
 */
export type Surface = 'all' | 'public';

/** A body is JSON: see `jsonBody`. */
type RequestParts = Omit<NonNullable<RouteConfig['request']>, 'body'> & Partial<ReturnType<typeof jsonBody>>;
type Method = 'get' | 'post' | 'patch' | 'delete';

export interface Access {
  /** Who may call it. A `public` route gives the reason in a comment. */
  scope: RouteScope;
  /** Also on the public surface, although no API key calls it: users' apps do. */
  isForApps?: true;
  /** Refuses requests of other origins' pages, of any method, before anything else. For paths without parameters. */
  isSameOriginOnly?: true;
  /**
   * What the handler will need besides the API key, read in the same trip. The caller is not authenticated yet and the
   * body is not validated: it decides only what is read.
   */
  readAhead?: (body: unknown, account: AccountId, store: Ports['store']) => readonly RawKey[];
}

/** The declaration of a route: its validation, its types and its part of the OpenAPI document. */
interface RouteDeclaration<
  M extends Method,
  P extends string,
  Q extends RequestParts,
  R extends RouteConfig['responses'],
> extends Access {
  method: M;
  /** As in OpenAPI: `/users/{id}`. */
  path: P;
  /** Unique: client generators name a method after it. */
  operationId: string;
  tag: string;
  summary: string;
  description?: string;
  request?: Q;
  /** On success. The refusals are the same for all routes. */
  responses: R;
  /** Default: the service's usual limit. */
  maxBodyBytes?: number;
}

type RouteSpec<M, P, Q, R> = {
  method: M;
  path: P;
  request: Q;
  responses: R & typeof refusals;
};
type Config<M extends Method, P extends string, Q, R extends RouteConfig['responses']> =
  RouteSpec<M, P, Q, R> extends infer C extends RouteConfig ? C : never;
type HandlerContext<M extends Method, P extends string, Q, R extends RouteConfig['responses']> = Parameters<
  RouteHandler<Config<M, P, Q, R>, AppEnv>
>[0];
type NoContent = Response & TypedResponse<null, 202 | 204, 'body'>;
type HandlerResponse<M extends Method, P extends string, Q, R extends RouteConfig['responses']> =
  | RouteConfigToTypedResponse<Config<M, P, Q, R>>
  | NoContent;

/** A route with its authorization. `N`: what its handler needs of the services. */
export interface Route<in N> {
  readonly method: Method;
  readonly path: string;
  readonly access: Access;
  readonly maxBodyBytes: number | undefined;
  /** For `installRoutes` alone: `guards` run before a request is validated. */
  readonly install: (app: OpenAPIHono<AppEnv>, services: N, guards: MiddlewareHandler<AppEnv>[]) => void;
}

/**
 * Declares a route of the API: its authorization, its validation, its description and its handler.
 *
 * @example
 * const readUser = route({
 *   method: 'get',
 *   path: '/users/{id}',
 *   scope: 'read',
 *   operationId: 'readUser',
 *   tag: 'Users',
 *   summary: 'Read a user',
 *   request: { params: z.object({ id: userId }) },
 *   responses: { 200: jsonAnswer('The user.', user) },
 *   handle: async (c, ports: ReadPorts) => { ... },
 * });
 */
export function route<
  const M extends Method,
  const P extends string,
  R extends RouteConfig['responses'],
  N,
  Q extends RequestParts = Record<never, never>,
>(
  declaration: RouteDeclaration<M, P, Q, R> & {
    handle: (
      c: HandlerContext<M, P, Q, R>,
      services: N,
    ) => HandlerResponse<M, P, Q, R> | Promise<HandlerResponse<M, P, Q, R>>;
  },
): Route<N> {
  const { scope, isForApps, isSameOriginOnly, readAhead, tag, responses, maxBodyBytes, handle, ...rest } = declaration;
  const described = createRoute({
    ...rest,
    tags: [tag],
    security: securityOf(scope),
    responses: { ...responses, ...refusals },
  });
  return {
    method: rest.method,
    path: rest.path,
    access: { scope, ...omitUndefined({ isForApps, isSameOriginOnly, readAhead }) },
    maxBodyBytes,
    install(app, services, guards) {
      const { body, ...request } = rest.request ?? {};
      const schema = body?.content['application/json'].schema;
      const run = async (c: Context<AppEnv>) =>
        (schema && (await refuseInvalidBody(c, schema))) ?? handle(c as Parameters<typeof handle>[0], services);
      app.openAPIRegistry.registerPath(described);
      const validated = { ...described, request, hide: true, middleware: guards } as RouteConfig;
      app.openapi(validated, run as RouteHandler<RouteConfig, AppEnv>);
    },
  };
}

/**
 * Declares a route that the OpenAPI document leaves out, because only our own pages, the operator's command line or the
 * payment service call it. `body`: the schema of its JSON; without one no body is read.
 */
export function internalRoute<N, B extends z.ZodType | undefined = undefined>({
  method,
  path,
  body,
  handle,
  ...access
}: Access & {
  method: Method;
  path: string;
  body?: B;
  handle: (
    c: Context<AppEnv>,
    services: N,
    input: B extends z.ZodType ? z.output<B> : undefined,
  ) => Response | Promise<Response>;
}): Route<N> {
  type Input = Parameters<typeof handle>[2];
  return {
    method,
    path,
    access,
    maxBodyBytes: undefined,
    install(app, services, guards) {
      app.on([method], [path], ...guards, async (c) => {
        const read = body?.safeParse(await c.req.json());
        if (read && !read.success) return refuseInput(c, read.error);
        return handle(c, services, read?.data as Input);
      });
    },
  };
}

/**
 * Validates the JSON that `strictJson` has read. The library's validator waits for the schema, which takes zod four times
 * as long as a schema that waits for nothing.
 */
async function refuseInvalidBody(c: Context<AppEnv>, schema: z.ZodType): Promise<Response | undefined> {
  // Without a type there is no body: `strictJson` has refused every other.
  const read = schema.safeParse(c.req.header('content-type') ? await c.req.json() : {});
  if (!read.success) return refuseInvalid(c, read.error);
  c.req.addValidatedData('json', read.data as object);
  return undefined;
}

/** A session may call what an API key may, but it never authenticates other users. */
function securityOf(scope: RouteScope): Record<string, string[]>[] {
  if (scope === 'public') return [];
  if (scope === 'session') return [{ session: [] }];
  const key = { apiKey: [scope] };
  return scope === 'authenticate' ? [key] : [key, { session: [] }];
}

function refuseInput(c: Context<AppEnv>, error: z.ZodError): Response {
  const codes = error.issues.map((issue) =>
    issue.code === 'custom' ? (issue.params?.refused as RefusalCode | undefined) : undefined,
  );
  const [first] = codes;
  // A field may have a refusal code of its own, if nothing else is wrong with the body.
  return first !== undefined && codes.every((code) => code === first) ? refuse(c, first) : refuseInvalid(c, error);
}
