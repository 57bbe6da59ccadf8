import type { RefusalCode } from '@countersign/protocol/codes';
import type { HttpBindings } from '@hono/node-server';
import type { AccountId } from '../kernel/ids.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import type { RequestStore } from '../store/request-ports.ts';
import type { Logger } from './log.ts';

/** The cookie that carries an administrator's session, and the one origin whose pages may use it. */
export interface SessionCookieOptions {
  name: string;
  secure: boolean;
  origin: string;
}

/** Variables on the context of every handler. */
export interface AppEnv {
  /** Node's own request on a socket; `app.request()` in tests has none. */
  Bindings: Partial<HttpBindings> & {
    /** Set by the listener on the operator's socket, and never by a request. */
    operator?: true;
  };
  Variables: {
    /** Generated here, never the client's. */
    requestId: string;
    /** Canonical address of the client; undefined if no trusted source states it. Filters that need one then deny. */
    clientAddress: string | undefined;
    log: Logger;
    /** The caller and its address. Set only by the authorization of a route, and by the dialect's own. */
    act: RequestContext;
    /** The account of a sign-in, for the access log. */
    account?: AccountId;
    /** The administrator's session, if the request has one. `sessionOf` of the administrators reads it. */
    session?: object;
    /** Absent where sessions are not accepted. */
    sessionCookie?: SessionCookieOptions;
    /** Of this request, with what its authorization has read for the handler. */
    store?: RequestStore;
    /** The pattern of the route, where the router does not know it. */
    route?: string;
    /** Set by `refuse`, for the access log. */
    refusal?: RefusalCode;
  };
}
