import type { Hono } from 'hono';
import { accountRoutes } from '../accounts/routes.ts';
import { administratorFactorRoutes } from '../administration/factor-routes.ts';
import { invitationRoutes } from '../administration/invitation-routes.ts';
import { linkRoutes } from '../administration/link-routes.ts';
import { sessionRoutes } from '../administration/login/routes.ts';
import { ownRoutes } from '../administration/me-routes.ts';
import { ownPasskeyRoutes } from '../administration/passkeys/routes.ts';
import { administratorResetRoutes } from '../administration/reset-routes.ts';
import { administratorRoutes } from '../administration/routes.ts';
import { setupRoutes } from '../administration/setup-routes.ts';
import { apiKeyRoutes } from '../api-keys/routes.ts';
import { challengeRoutes } from '../authentication/challenge-routes.ts';
import { explanationRoutes } from '../authentication/explain-routes.ts';
import { authenticationRoutes } from '../authentication/routes.ts';
import { paymentRoutes } from '../billing/payment-routes.ts';
import { DEFAULT_CATALOGUE, type PlanCatalogue } from '../billing/plans.ts';
import { billingRoutes } from '../billing/routes.ts';
import { environmentRoutes } from '../browsers/routes.ts';
import { checklistRoutes } from '../checklist/routes.ts';
import { eventRoutes } from '../events/routes.ts';
import { statisticsRoutes } from '../events/statistics-routes.ts';
import { withExamples } from '../http/api/examples.ts';
import type { Route, Surface } from '../http/api/route.ts';
import { apiRouter } from '../http/api/router.ts';
import type { AppEnv } from '../http/context.ts';
import { sessionCookie } from '../http/session-cookie.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { linkCreationRoutes } from '../links/routes.ts';
import { mailRoutes } from '../messages/routes.ts';
import { textRoutes } from '../messages/texts/routes.ts';
import { bulkRoutes } from '../operations/bulk/routes.ts';
import { personalDataRoutes } from '../operations/personal-data/routes.ts';
import { assignmentRoutes } from '../resources/assignment-routes.ts';
import { filterRoutes } from '../resources/filters/routes.ts';
import { logoRoutes } from '../resources/logo-routes.ts';
import { resourceRoutes } from '../resources/routes.ts';
import { enrolmentLinkRoutes } from '../sign-in/enrolment/link-routes.ts';
import { passwordResetRoutes } from '../sign-in/recovery/password-reset/routes.ts';
import { resultRoutes } from '../sign-in/results/routes.ts';
import { hookRoutes } from '../sign-in/rules/hook/routes.ts';
import { trustedBrowserRoutes } from '../sign-in/rules/trusted-browsers/routes.ts';
import { loginRequestRoutes } from '../sign-in/start/login-request-routes.ts';
import { transactionRoutes } from '../sign-in/transactions/routes.ts';
import { tokenCheckRoutes } from '../tokens/check-routes.ts';
import { tokenImportRoutes } from '../tokens/import/routes.ts';
import { tokenRoutes } from '../tokens/routes.ts';
import { lostDeviceRoutes } from '../user-management/lost-device-routes.ts';
import { userRoutes } from '../user-management/routes.ts';
import { webhookDeliveryRoutes } from '../webhooks/delivery-routes.ts';
import { webhookRoutes } from '../webhooks/routes.ts';
import { type AuthorizationPorts, authorize } from './authorize.ts';
import { installRoutes } from './install-routes.ts';

/** Every route of the API, in the order of its description. */
const ROUTES: readonly Route<ApiServices>[] = [
  ...authenticationRoutes,
  ...resultRoutes,
  ...loginRequestRoutes,
  ...transactionRoutes,
  ...challengeRoutes,
  ...bulkRoutes,
  ...resourceRoutes,
  ...logoRoutes,
  ...textRoutes,
  ...hookRoutes,
  ...userRoutes,
  ...lostDeviceRoutes,
  ...personalDataRoutes,
  ...passwordResetRoutes,
  ...enrolmentLinkRoutes,
  ...linkCreationRoutes,
  ...eventRoutes,
  ...statisticsRoutes,
  ...webhookRoutes,
  ...webhookDeliveryRoutes,
  ...accountRoutes,
  ...billingRoutes,
  ...tokenRoutes,
  ...tokenCheckRoutes,
  ...tokenImportRoutes,
  ...assignmentRoutes,
  ...filterRoutes,
  ...apiKeyRoutes,
  ...explanationRoutes,
  ...environmentRoutes,
  ...trustedBrowserRoutes,
  ...checklistRoutes,
  ...mailRoutes,
  ...setupRoutes,
  ...linkRoutes,
  ...sessionRoutes,
  ...administratorRoutes,
  ...administratorFactorRoutes,
  ...invitationRoutes,
  ...administratorResetRoutes,
  ...ownRoutes,
  ...ownPasskeyRoutes,
];

/** A route that is not on the surface is not installed, so that no spelling of its address can reach it. */
function routesOf<S>(routes: readonly Route<S>[], surface: Surface): readonly Route<S>[] {
  if (surface === 'all') return routes;
  return routes.filter(
    ({ access: { scope, isForApps } }) => scope === 'authenticate' || scope === 'payments' || isForApps,
  );
}

/** Maximum body sizes above the default, by path. */
export function largeBodies(surface: Surface): ReadonlyMap<string, number> {
  return new Map(
    routesOf(ROUTES, surface).flatMap(({ path, maxBodyBytes }) =>
      maxBodyBytes === undefined ? [] : [[`/v1${path}`, maxBodyBytes]],
    ),
  );
}

/** Authorizes requests with large bodies before these are read. The route authorizes again, like every route. */
export function authorizeLargeBodies(
  app: Hono<AppEnv>,
  ports: AuthorizationPorts,
  { issuer, surface }: { issuer: string; surface: Surface },
): void {
  for (const { method, path, access, maxBodyBytes } of routesOf(ROUTES, surface)) {
    if (maxBodyBytes === undefined || access.scope === 'public') continue;
    app.on([method], [`/v1${path}`], sessionCookie(issuer), authorize(ports, access.scope));
  }
}

/** The services of handlers. */
type ApiServices = Ports & { issuer: string; rpId?: string | undefined; plans: PlanCatalogue; hasPlans: boolean };

export interface About {
  issuer: string;
  /** The domain that passkeys are made for. Default: the issuer's host name. */
  rpId?: string | undefined;
  version: string;
  /** The available service plans. */
  plans?: PlanCatalogue | undefined;
  /** Signs messages of the payment service. Without it the route for payments does not exist. */
  paymentSecret?: Uint8Array | undefined;
  /** Default: all. */
  surface?: Surface;
}

/** The native API under `/v1`, and its description from the same schemas that validate. */
export function nativeApi(ports: Ports, about: About) {
  const app = apiRouter();
  const { issuer, rpId, plans = DEFAULT_CATALOGUE, paymentSecret, surface = 'all' } = about;
  // Elsewhere a stolen session would show whether it is valid, and be kept alive.
  if (surface === 'all') app.use(sessionCookie(issuer));
  installRoutes(
    app,
    { ...ports, issuer, rpId, plans, hasPlans: plans !== DEFAULT_CATALOGUE, paymentSecret },
    routesOf(paymentSecret ? [...paymentRoutes, ...ROUTES] : ROUTES, surface),
  );
  app.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key, `csk_…`, in the Authorization header. Each route names the scope it needs.',
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-countersign',
    description:
      'The session of an administrator, who may do what their role says. Whatever changes something also needs `X-CSRF-Token`.',
  });

  // It describes the administration, which another listener has then.
  if (surface === 'public') return app;
  // One copy for all requests: a response that a client does not read holds only a reference (SR-65).
  let json: Uint8Array<ArrayBuffer> | undefined;
  app.get('/openapi.json', (c) => {
    json ??= new TextEncoder().encode(JSON.stringify(describe(app, about)));
    c.header('cache-control', 'public, max-age=300');
    c.header('access-control-allow-origin', '*');
    return c.body(json, 200, { 'content-type': 'application/json' });
  });
  return app;
}

type Description = Parameters<typeof withExamples>[0];

/** With the groups of the operations, in their order: tools sort by what the document lists. */
function describe(app: ReturnType<typeof apiRouter>, about: About): object {
  const api = withExamples(withNulls(app.getOpenAPI31Document(documentInfo(about))) as Description);
  const tags = Object.values(api.paths ?? {}).flatMap((methods) =>
    Object.values(methods as Record<string, { tags?: string[] }>).map(({ tags: [tag = 'Other'] = [] }) => tag),
  );
  return { ...api, tags: [...new Set(tags)].map((name) => ({ name })) };
}

/**
 * Rewrites nullable components: the generator writes `allOf` of the component and of its type with null, which null
 * does not satisfy.
 */
function withNulls(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(withNulls);
  if (typeof part !== 'object' || part === null) return part;
  const mended = Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, withNulls(inner)]));
  const { allOf, ...rest } = mended;
  const [component, addition]: { $ref?: string; type?: string[] }[] = Array.isArray(allOf) ? allOf : [];
  const { type, ...about } = addition ?? {};
  if (component?.$ref === undefined || !type?.includes('null')) return mended;
  return { ...rest, ...about, anyOf: [component, { type: 'null' }] };
}

function documentInfo({ issuer, version }: About) {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Countersign API',
      version,
      description:
        'JSON in camelCase; times in milliseconds since 1970 unless a claim of a JWT. Refusals are problem documents (RFC 9457) with a stable `code`.',
      license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: `${issuer}/v1` }],
  };
}
