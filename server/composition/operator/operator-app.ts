import type { Hono } from 'hono';
import { apiRouter } from '../../http/api/router.ts';
import type { AppEnv } from '../../http/context.ts';
import type { Logger } from '../../http/log.ts';
import { accessLog } from '../../http/middleware/access-log.ts';
import { bodyLimit } from '../../http/middleware/body-limit.ts';
import { requestId } from '../../http/middleware/request-id.ts';
import { strictJson } from '../../http/middleware/strict-json.ts';
import { notFound, onError } from '../../http/problem.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import { largeBodies, nativeApi } from '../api-routes.ts';
import { installRoutes } from '../install-routes.ts';
import { type OperatorTools, operatorRoutes } from './routes.ts';

export interface OperatorOptions extends OperatorTools {
  version: string;
  log: Logger;
}

/**
 * The app behind the command line: the native API as the operator, plus the operator's own routes. Served on a socket
 * in the data folder that only its owner can open, and never on a network.
 */
export function createOperatorApp(ports: Ports, options: OperatorOptions): Hono<AppEnv> {
  const { issuer, version, log, plans } = options;
  const app = apiRouter();
  app.onError(onError);
  app.notFound(notFound);
  app.use(requestId(log));
  app.use(accessLog());
  app.use(bodyLimit({ exceptions: largeBodies('all') }));
  app.use(strictJson());
  app.route('/v1', nativeApi(ports, { issuer, version, plans }));
  installRoutes(app, { ...ports, ...options }, operatorRoutes);
  return app;
}
