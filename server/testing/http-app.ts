import { Hono, type MiddlewareHandler } from 'hono';
import type { AppEnv } from '../http/context.ts';
import { requestId } from '../http/middleware/request-id.ts';
import { notFound, onError } from '../http/problem.ts';
import { type CapturedLog, capturedLog } from './captured-log.ts';

/** An app with the middleware under test after request ids, with our error responses, and a log in memory. */
export function appWith(...middleware: MiddlewareHandler<AppEnv>[]): { app: Hono<AppEnv>; captured: CapturedLog } {
  const captured = capturedLog();
  const app = new Hono<AppEnv>();
  app.use(requestId(captured.log), ...middleware);
  app.onError(onError);
  app.notFound(notFound);
  return { app, captured };
}

/** `c.env` of a handler for a connection from this address. */
export function connectedFrom(address: string | undefined): AppEnv['Bindings'] {
  return { incoming: { socket: { remoteAddress: address } } } as AppEnv['Bindings'];
}
