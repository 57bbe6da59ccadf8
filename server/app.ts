import { Hono } from 'hono';
import { DEFAULT_CATALOGUE, type PlanCatalogue } from './billing/plans.ts';
import { authorizeLargeBodies, largeBodies, nativeApi } from './composition/api-routes.ts';
import { installRoutes } from './composition/install-routes.ts';
import type { Surface } from './http/api/route.ts';
import { apiRouter } from './http/api/router.ts';
import { consolePages } from './http/console/pages.ts';
import type { AppEnv } from './http/context.ts';
import { demoMailbox } from './http/demo/mailbox.ts';
import { onlyThisMachine } from './http/demo/only-this-machine.ts';
import { demoWelcome } from './http/demo/welcome.ts';
import { apiReference } from './http/documents/api-reference.ts';
import { documentation } from './http/documents/documentation.ts';
import { icon } from './http/icon.ts';
import type { Logger } from './http/log.ts';
import { accessLog } from './http/middleware/access-log.ts';
import { refuseApiKeyInUrl } from './http/middleware/api-key-in-url.ts';
import { bodyLimit } from './http/middleware/body-limit.ts';
import { clientAddress } from './http/middleware/client-address.ts';
import { delayOverloadResponses } from './http/middleware/delay-overload-responses.ts';
import { refuseDuplicateParameters } from './http/middleware/duplicate-parameters.ts';
import { requestId } from './http/middleware/request-id.ts';
import { securityHeaders } from './http/middleware/security-headers.ts';
import { strictJson } from './http/middleware/strict-json.ts';
import { traceRequests } from './http/middleware/trace-requests.ts';
import { onError } from './http/problem.ts';
import type { Readiness } from './http/readiness.ts';
import { unknownRoute } from './http/unknown-route.ts';
import { HEALTH_PATHS, healthRoutes } from './http/well-known/health.ts';
import { jwks } from './http/well-known/jwks.ts';
import { relatedOriginsFile } from './http/well-known/related-origins.ts';
import { securityTxt } from './http/well-known/security-txt.ts';
import { JWKS_MAX_AGE_MS } from './kernel/jwks-max-age.ts';
import type { BuiltDocuments, BuiltFiles } from './kernel/ports/built-files.ts';
import type { Mailbox } from './kernel/ports/mailer.ts';
import type { Ports } from './kernel/ports/ports.ts';
import type { RequestObserver } from './kernel/ports/request-observer.ts';
import type { Tracer } from './kernel/ports/tracer.ts';
import { keysReadDocument } from './operations/maintenance/documents.ts';
import { DIALECT_PATHS, ENDPOINTS, protectimus } from './protectimus/routes.ts';
import { enrolmentRoutes } from './sign-in/enrolment/routes.ts';
import { widgetFiles } from './sign-in/pages/files.ts';
import { frame } from './sign-in/pages/frame.ts';
import { help } from './sign-in/pages/help.ts';
import { logo } from './sign-in/pages/logo.ts';
import { passkeyWindow } from './sign-in/pages/passkey-window.ts';
import { signInPage } from './sign-in/pages/sign-in-page.ts';
import { userHelp } from './sign-in/pages/user-help.ts';
import { reset } from './sign-in/recovery/password-reset/page/reset.ts';
import { unlock } from './sign-in/recovery/unlock/page/unlock.ts';
import { flowRoutes } from './sign-in/routes.ts';
import { notMe } from './sign-in/rules/notices/page/not-me.ts';
import { selfServiceRoutes } from './sign-in/self-service/routes.ts';
import type { SignInStartNeeds } from './sign-in/start/admit-start.ts';
import { stepRoutes } from './sign-in/steps.ts';
import { recordOnce } from './store/record-once.ts';

export interface AppOptions {
  /** The public URL, an origin: issuer of results and the only origin that speaks to the flow endpoints. */
  issuer: string;
  /** The domain that passkeys are made for. Default: the issuer's host name. */
  rpId?: string | undefined;
  /** Further origins with the pages for users, whose passkeys are those of that domain. Default: none. */
  relatedOrigins?: readonly string[] | undefined;
  version: string;
  trustedProxies: readonly string[];
  forwardedHeader: 'x-forwarded-for' | 'forwarded';
  widget: BuiltFiles;
  /** The files of the administrators' console. Without them the service has no console. */
  console?: BuiltFiles;
  /** The documentation, beside the console. */
  documents?: BuiltDocuments;
  /** The reference of the API, at `/v1`. */
  reference?: BuiltDocuments;
  log: Logger;
  /**
   * `public`: without the console and the administration of both APIs, for a service that has them on another listener.
   * Default: all.
   */
  surface?: Surface;
  /** False while the service is starting or stopping. */
  readiness: Readiness;
  /** URI of who takes reports of vulnerabilities, for `security.txt`. */
  securityContact?: string | undefined;
  /** Only in the demo: shown at /demo/mailbox. The app then responds to this machine only. */
  mailbox?: Mailbox;
  /** The address of the demo's shop. */
  shop?: string | undefined;
  /** How many sign-ins may start. */
  startLimits?: SignInStartNeeds['startLimits'];
  /** Counts requests. */
  observer?: RequestObserver | undefined;
  /** Reports how long the steps of a request take. */
  tracer?: Tracer | undefined;
  /** The available service plans. Default: one free, unlimited plan. */
  plans?: PlanCatalogue;
  /** The key with which the payment service signs. Without it the route for payments does not exist. */
  paymentSecret?: Uint8Array;
}

/** What the widget and the hosted pages call. */
const FLOW_ROUTES = [...flowRoutes, ...stepRoutes, ...enrolmentRoutes, ...selfServiceRoutes];

/** All routes over the given ports; no I/O of its own. Tests call `createApp(...).request()`. */
export function createApp(ports: Ports, options: AppOptions): Hono<AppEnv> {
  const { issuer, relatedOrigins, version, plans = DEFAULT_CATALOGUE, paymentSecret, surface = 'all' } = options;
  const origins = { issuer, relatedOrigins };
  const app = new Hono<AppEnv>();
  app.onError(onError);
  app.notFound(unknownRoute(app));

  app.use(requestId(options.log));
  if (options.tracer) app.use(traceRequests(options.tracer, { ...options, quiet: HEALTH_PATHS }));
  app.use(delayOverloadResponses());
  const patterns = () => [...app.routes, ...ENDPOINTS].map(({ path }) => path);
  app.use(accessLog({ quiet: HEALTH_PATHS, observer: options.observer, patterns }));
  app.use(securityHeaders({ https: issuer.startsWith('https:') }));
  if (options.mailbox) app.use(onlyThisMachine());
  app.use(refuseApiKeyInUrl());
  app.use(clientAddress({ trustedProxies: options.trustedProxies, header: options.forwardedHeader }));
  // It takes forms, and lists that repeat a parameter, so it comes before the checks that refuse both.
  const dialect = protectimus(ports, { issuer, trustedProxies: options.trustedProxies, plans, surface });
  for (const path of DIALECT_PATHS) app.route(path, dialect);
  app.use(refuseDuplicateParameters());
  authorizeLargeBodies(app, ports, { issuer, surface });
  app.use(bodyLimit({ exceptions: largeBodies(surface) }));
  // Their forms are not JSON, so they come before the check for strict JSON.
  app.route('/', reset({ ...ports, ...origins }));
  app.route('/', unlock({ ...ports, ...origins }));
  app.route('/', notMe({ ...ports, ...origins }));
  app.use(strictJson());

  app.route('/', healthRoutes(ports, options.readiness));
  app.route(
    '/',
    jwks(ports, () => void recordOnce(ports, keysReadDocument.key(), JWKS_MAX_AGE_MS)),
  );
  app.route('/', securityTxt(options.securityContact, { issuer, clock: ports.clock }));
  app.route('/', relatedOriginsFile(relatedOrigins));
  app.route('/', icon());
  app.get('/v1/', (c) => c.redirect('/v1', 301));
  app.route('/v1', nativeApi(ports, { issuer, rpId: options.rpId, version, plans, paymentSecret, surface }));
  const flows = apiRouter();
  const { rpId, widget, startLimits } = options;
  installRoutes(flows, { ...ports, ...origins, rpId, widget, startLimits }, FLOW_ROUTES);
  app.route('/widget/v1', flows);
  app.route('/widget/v1', frame({ ...ports, ...origins }, widget));
  app.route('/widget/v1', passkeyWindow(widget));
  app.route('/widget/v1', signInPage({ ...ports, issuer }, widget));
  app.route('/widget/v1', logo(ports));
  app.route('/widget/v1', help(ports));
  app.route('/', userHelp({ ...ports, issuer }));
  app.route('/widget', widgetFiles(widget, version));
  if (surface === 'public') return app;
  if (options.mailbox) {
    // Before the console, to which the root leads otherwise.
    app.route('/', demoWelcome(options.shop));
    app.route('/demo', demoMailbox(options.mailbox));
  }
  if (options.reference) app.route('/v1', apiReference(options.reference));
  if (options.documents) app.route('/', documentation(options.documents));
  if (options.console) app.route('/', consolePages(options.console));
  return app;
}
