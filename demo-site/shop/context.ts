import type { Context } from 'hono';
import type { Session } from './sessions.ts';

export interface ShopEnv {
  Variables: {
    session: Session;
    /** The fields of a POST from a form of this session. */
    form: ReadonlyMap<string, string>;
    /** Replaces the session's cookie. */
    keepSession: (session: Session) => void;
  };
}

export type ShopContext = Context<ShopEnv>;
