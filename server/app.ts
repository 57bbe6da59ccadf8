import { Hono } from 'hono';
import { DEFAULT_CATALOGUE, type PlanCatalogue } from './domain/plans.ts';
import { authorize } from './http/api/authorize.ts';
import { LARGE_BODIES, nativeApi } from './http/api/native.ts';
import { consolePages } from './http/console/pages.ts';
import type { AppEnv } from './http/context.ts';
import { demoMailbox } from './http/demo/mailbox.ts';
import { icon } from './http/icon.ts';
import type { Logger } from './http/log.ts';
import { accessLog } from './http/middleware/access-log.ts';
import { refuseApiKeyInUrl } from './http/middleware/api-key-in-url.ts';
import { bodyLimit } from './http/middleware/body-limit.ts';
import { clientAddress } from './http/middleware/client-address.ts';
import { refuseDuplicateParameters } from './http/middleware/duplicate-parameters.ts';
import { holdOverloaded } from './http/middleware/hold-overloaded.ts';
import { requestId } from './http/middleware/request-id.ts';
import { securityHeaders } from './http/middleware/security-headers.ts';
import { strictJson } from './http/middleware/strict-json.ts';
import { payments } from './http/payments/payments.ts';
import { onError } from './http/problem.ts';
import { DIALECT_PATHS, protectimus } from './http/protectimus/protectimus.ts';
import type { Readiness } from './http/readiness.ts';
import { reset } from './http/reset/reset.ts';
import { sessionDoor } from './http/session-cookie.ts';
import { unknownRoute } from './http/unknown-route.ts';
import { unlock } from './http/unlock/unlock.ts';
import { HEALTH_PATHS, healthRoutes } from './http/well-known/health.ts';
import { jwks } from './http/well-known/jwks.ts';
import { enrolment } from './http/widget/enrolment.ts';
import { widgetFiles } from './http/widget/files.ts';
import { flows } from './http/widget/flows.ts';
import { frame } from './http/widget/frame.ts';
import { logo } from './http/widget/logo.ts';
import { passkeyWindow } from './http/widget/passkey-window.ts';
import { selfService } from './http/widget/self-service.ts';
import { signInPage } from './http/widget/sign-in-page.ts';
import type { BuiltFiles } from './ports/built-files.ts';
import type { Mailbox } from './ports/courier.ts';
import type { Ports } from './ports/index.ts';

export interface AppOptions {
  /** The public URL, an origin: issuer of results and the only origin that speaks to the flow endpoints. */
  issuer: string;
  /** The domain that passkeys are made for. Default: the issuer's host name. */
  rpId?: string | undefined;
  version: string;
  trustedProxies: readonly string[];
  forwardedHeader: 'x-forwarded-for' | 'forwarded';
  widget: BuiltFiles;
  /** Of the administrators' console. Absent: its addresses are none. */
  console?: BuiltFiles;
  log: Logger;
  /** False while the service is starting or stopping. */
  readiness: Readiness;
  /** Of the demo alone: shown at /demo/mailbox. */
  mailbox?: Mailbox;
  /** The service plans on offer. Default: the catalogue of an installation that has said nothing. */
  plans?: PlanCatalogue;
  /** The key with which the payment service signs. Without one there is no route for it. */
  paymentSecret?: Uint8Array;
}

/** All routes over the given ports; no I/O of its own. Tests call `createApp(...).request()`. */
export function createApp(ports: Ports, options: AppOptions): Hono<AppEnv> {
  const { issuer, version, plans = DEFAULT_CATALOGUE, paymentSecret } = options;
  const app = new Hono<AppEnv>();
  app.onError(onError);
  app.notFound(unknownRoute(app));

  app.use(requestId(options.log));
  app.use(holdOverloaded());
  app.use(accessLog({ quiet: HEALTH_PATHS }));
  app.use(securityHeaders({ https: issuer.startsWith('https:') }));
  app.use(refuseApiKeyInUrl());
  app.use(clientAddress({ trustedProxies: options.trustedProxies, header: options.forwardedHeader }));
  // Speaks forms, and of its lists one parameter may come twice: it has rules of its own for both.
  const dialect = protectimus(ports, { issuer, trustedProxies: options.trustedProxies, plans });
  for (const path of DIALECT_PATHS) app.route(path, dialect);
  app.use(refuseDuplicateParameters());
  // Before so much is read and parsed for them; the route asks again, as every route does.
  app.on('POST', [...LARGE_BODIES.keys()], sessionDoor(issuer), authorize(ports, 'write'));
  app.use(bodyLimit({ exceptions: LARGE_BODIES }));
  // Its forms are no JSON, so it comes before what takes nothing else.
  app.route('/', reset({ ...ports, issuer }));
  app.route('/', unlock({ ...ports, issuer }));
  app.use(strictJson());

  app.route('/', healthRoutes(ports, options.readiness));
  app.route('/', jwks(ports));
  app.route('/', icon());
  app.get('/v1/', (c) => c.redirect('/v1', 301));
  if (paymentSecret) app.route('/v1/payments', payments(ports, { secret: paymentSecret, plans }));
  app.route('/v1', nativeApi(ports, { issuer, version, plans }));
  app.route('/widget/v1', flows({ ...ports, issuer, rpId: options.rpId }));
  app.route('/widget/v1', frame(ports, options.widget));
  app.route('/widget/v1', passkeyWindow(options.widget));
  app.route('/widget/v1', signInPage(ports, options.widget));
  app.route('/widget/v1', enrolment({ ...ports, issuer, rpId: options.rpId }, options.widget));
  app.route('/widget/v1', selfService({ ...ports, issuer, rpId: options.rpId }, options.widget));
  app.route('/widget/v1', logo(ports));
  app.route('/widget', widgetFiles(options.widget, version));
  if (options.console) app.route('/', consolePages(options.console));
  if (options.mailbox) app.route('/demo', demoMailbox(options.mailbox));
  return app;
}
