import type { RefusalCode } from '@countersign/protocol/codes';
import type { HttpBindings } from '@hono/node-server';
import type { RequestContext } from '../kernel/request-context.ts';
import type { Logger } from './log.ts';

/** The cookie that carries an administrator's session, and the one origin whose pages may use it. */
export interface SessionCookieOptions {
  name: string;
  secure: boolean;
  origin: string;
}

/** What every handler finds on its context. */
export interface AppEnv {
  /** Node's own request, where there is a socket; tests that call `app.request()` have none. */
  Bindings: Partial<HttpBindings> & {
    /** Set by the listener on the operator's socket and by nothing that a request could say. */
    operator?: true;
  };
  Variables: {
    /** Ours, never the client's. */
    requestId: string;
    /**
     * Canonical address of the client; undefined when nobody trustworthy says. Filters that need one then deny.
     */
    clientAddress: string | undefined;
    log: Logger;
    /** Who calls, and from where. Set by the authorization of a route and nowhere else. */
    act: RequestContext;
    /** The administrator's session, if the request came by one. `sessionOf` of the administrators reads it. */
    session?: object;
    /** Absent where sessions are not accepted. */
    sessionCookie?: SessionCookieOptions;
    /** Set by `refuse`, for the access log. */
    refusal?: RefusalCode;
  };
}
