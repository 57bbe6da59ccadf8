import type { Context } from 'hono';
import type { Session } from './sessions.ts';

export interface ShopEnv {
  Variables: {
    session: Session;
    /** The fields of a POST that was sent by one of this session's own forms. */
    form: ReadonlyMap<string, string>;
    /** Replaces the session's cookie. */
    keepSession: (session: Session) => void;
  };
}

export type ShopContext = Context<ShopEnv>;
