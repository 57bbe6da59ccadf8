import type { RefusalCode } from '@countersign/protocol/codes';
import type { HttpBindings } from '@hono/node-server';
import type { OpenedSession } from '../administrators/login/open-session.ts';
import type { RequestContext } from '../kernel/request-context.ts';
import type { Logger } from './log.ts';
import type { SessionDoor } from './session-door.ts';

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
    /** Who calls, and from where; set behind `authorize()` and nowhere else. */
    act: RequestContext;
    /** By which the request came in, where it was not by an API key. */
    session?: OpenedSession;
    /** Absent where no sessions come in. */
    sessionDoor?: SessionDoor;
    /** Set by `refuse`, for the access log. */
    refusal?: RefusalCode;
  };
}
