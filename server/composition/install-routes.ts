import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Route } from '../http/api/route.ts';
import type { AppEnv } from '../http/context.ts';
import { type ServiceOrigins, sameOrigin } from '../http/middleware/same-origin.ts';
import { type AuthorizationPorts, authorize } from './authorize.ts';

/** Installs routes with their authorization, which runs before a request is validated. */
export function installRoutes<S extends AuthorizationPorts & ServiceOrigins>(
  app: OpenAPIHono<AppEnv>,
  services: S,
  routes: readonly Route<S>[],
): void {
  const ownPagesOnly = new Set(routes.flatMap(({ path, access }) => (access.isSameOriginOnly ? [path] : [])));
  // For every method: a foreign page learns nothing from a preflight either.
  for (const path of ownPagesOnly) app.use(path, sameOrigin(services));
  for (const { access, install } of routes) {
    install(app, services, access.scope === 'public' ? [] : [authorize(services, access.scope, access.readAhead)]);
  }
}
