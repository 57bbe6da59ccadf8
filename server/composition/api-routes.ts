import { DEFAULT_CATALOGUE, type PlanCatalogue } from '../accounts/plans/plans.ts';
import { accounts } from '../accounts/routes.ts';
import { invitations } from '../administrators/invitation-routes.ts';
import { links } from '../administrators/link-routes.ts';
import { sessions } from '../administrators/login/routes.ts';
import { me } from '../administrators/me-routes.ts';
import { administratorResets } from '../administrators/reset-routes.ts';
import { administrators } from '../administrators/routes.ts';
import { setup } from '../administrators/setup-routes.ts';
import { apiKeys } from '../api-keys/routes.ts';
import { challenges } from '../authentication/challenge-routes.ts';
import { explanations } from '../authentication/explain-routes.ts';
import { authentications } from '../authentication/routes.ts';
import { environments } from '../browsers/routes.ts';
import { checklist } from '../checklist/routes.ts';
import { enrolmentLinks } from '../enrolment/link-routes.ts';
import { events } from '../events/routes.ts';
import { statistics } from '../events/statistics-routes.ts';
import { filters } from '../filters/routes.ts';
import { BULK_PATHS, bulk } from '../http/api/bulk.ts';
import { type ApiDescription, referencePage } from '../http/api/reference-page.ts';
import { apiRouter } from '../http/api/router.ts';
import { BULK_BODY_LIMIT, IMPORT_BODY_LIMIT } from '../http/middleware/body-limit.ts';
import { sessionDoor } from '../http/session-cookie.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { loginRequests } from '../login/login-request-routes.ts';
import { results } from '../login/result-routes.ts';
import { passwordResets } from '../passwords/reset/routes.ts';
import { assignments } from '../resources/assignment-routes.ts';
import { logos } from '../resources/logo-routes.ts';
import { resources } from '../resources/routes.ts';
import { tokenChecks } from '../tokens/check-routes.ts';
import { IMPORT_PATH, tokenImports } from '../tokens/import/routes.ts';
import { tokens } from '../tokens/routes.ts';
import { transactions } from '../transactions/routes.ts';
import { users } from '../users/routes.ts';
import { webhookDeliveries } from '../webhooks/delivery-routes.ts';
import { webhooks } from '../webhooks/routes.ts';

/** Which bodies may be larger than others, by path. */
export const LARGE_BODIES: ReadonlyMap<string, number> = new Map([
  ...BULK_PATHS.map((path) => [`/v1${path}`, BULK_BODY_LIMIT] as const),
  [`/v1${IMPORT_PATH}`, IMPORT_BODY_LIMIT],
]);

export interface About {
  issuer: string;
  version: string;
  /** The service plans on offer. */
  plans?: PlanCatalogue | undefined;
}

/** The native API below `/v1`, and its description made from the same schemas that validate. */
export function nativeApi(ports: Ports, about: About) {
  const app = apiRouter();
  app.use(sessionDoor(about.issuer));
  app.route('/', authentications(ports));
  app.route('/', results(ports));
  app.route('/', loginRequests(ports, about.issuer));
  app.route('/', transactions(ports));
  app.route('/', challenges(ports));
  app.route('/', bulk(ports));
  app.route('/', resources(ports));
  app.route('/', logos(ports));
  app.route('/', users(ports));
  app.route('/', passwordResets(ports));
  app.route('/', enrolmentLinks(ports));
  app.route('/', events(ports));
  app.route('/', statistics(ports));
  app.route('/', webhooks(ports));
  app.route('/', webhookDeliveries(ports));
  app.route('/', accounts(ports, about.plans ?? DEFAULT_CATALOGUE));
  app.route('/', tokens(ports));
  app.route('/', tokenChecks(ports));
  app.route('/', tokenImports(ports));
  app.route('/', assignments(ports));
  app.route('/', filters(ports));
  app.route('/', apiKeys(ports));
  app.route('/', explanations(ports));
  app.route('/', environments(ports));
  app.route('/', checklist(ports));
  app.route('/', setup(ports, about.issuer));
  app.route('/', links(ports, about.issuer));
  app.route('/', sessions(ports, about.issuer));
  app.route('/', administrators(ports));
  app.route('/', invitations(ports, about.issuer));
  app.route('/', administratorResets(ports, about.issuer));
  app.route('/', me(ports));
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

  let description: ApiDescription | undefined;
  const described = () => {
    description ??= withNulls(withSessions(app.getOpenAPI31Document(documentInfo(about)))) as ApiDescription;
    return description;
  };
  // One copy of each for all who ask: answers that a client does not read hold no more than a reference (SR-65).
  let json: Uint8Array<ArrayBuffer> | undefined;
  app.get('/openapi.json', (c) => {
    json ??= new TextEncoder().encode(JSON.stringify(described()));
    c.header('cache-control', 'public, max-age=300');
    c.header('access-control-allow-origin', '*');
    return c.body(json, 200, { 'content-type': 'application/json' });
  });
  app.get('/', referencePage(described));
  return app;
}

interface Secured {
  security?: Record<string, string[]>[];
}

/** Where a key of some scope comes in, a session does too, except to authenticate others. */
function withSessions<D extends ApiDescription>(document: D): D {
  for (const methods of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(methods) as Secured[]) {
      const [key] = operation.security ?? [];
      if (key?.apiKey && !key.apiKey.includes('authenticate')) operation.security = [key, { session: [] }];
    }
  }
  return document;
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
      license: { name: 'Apache-2.0' },
    },
    servers: [{ url: `${issuer}/v1` }],
  };
}
