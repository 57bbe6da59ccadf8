import type { LevelDemand, SignInLevel } from './level.ts';

/** The user of a session. */
export interface SignedInUser extends SignInLevel {
  /** The user's id at the service (`sub`). Stable: the key of your own records. */
  readonly id: string;
  /** The login. It may change. */
  readonly login: string;
  /** `jti` of the result. */
  readonly jti: string;
  /** Your own account, if your site checked its password (second factor only). */
  readonly account?: string;
  /** What your site said of the account then; see `stampOf`. */
  readonly stamp?: string;
}

/** A user whose password your site has checked, and whose second factor is missing. Not signed in. */
export interface PendingUser {
  readonly account: string;
  /** The user's id at the service: only a result of this user ends the sign-in. */
  readonly user: string;
  /** What your site said of the account then; see `stampOf`. */
  readonly stamp: string;
  /** Milliseconds since the epoch. */
  readonly passwordCheckedAt: number;
}

/** A sign-in that the visitor has begun. */
export interface BegunSignIn {
  readonly nonce: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly loginRequest?: string;
  /** A step-up of the user signed in. */
  readonly demand?: LevelDemand;
}

/** What the handlers keep in a session: JSON, under one name. */
export interface SignInState {
  readonly user?: SignedInUser;
  readonly pending?: PendingUser;
  readonly begun?: BegunSignIn;
}

/**
 * The session of one visitor, as your framework has it. There is one for each kind of session that is documented;
 * yours is three functions.
 */
export interface SiteSession {
  /** True for a session that is nowhere but in its cookie: who copies that has the used nonce again. It needs a `client`. */
  readonly isInCookie?: boolean;
  /** What was stored last, or undefined. */
  read(): SignInState | undefined | Promise<SignInState | undefined>;
  /** Stores it, at the latest with the response. */
  write(state: SignInState): void | Promise<void>;
  /**
   * Gives the session a new id and makes the old one worthless, drops everything but what your site keeps, and stores
   * the state. A session whose id survives a sign-in can be planted before it (session fixation).
   */
  renew(state: SignInState): void | Promise<void>;
}

/** What your own type of a session has, if it is an object: `interface MySession extends SessionData { ... }`. */
export interface SessionData {
  countersign?: SignInState;
}

/**
 * The session of iron-session. It is nowhere but in its encrypted cookie: a copy of the cookie is signed in until it
 * expires, and a sign-out does not end it.
 *
 * @param session what `getIronSession` returns for this request
 * @param keep names of your own members that survive a sign-in, such as the basket
 * @example
 * session: async () => ironSession(await getIronSession<SessionData>(await cookies(), options))
 */
export function ironSession(
  session: SessionData & { save(): Promise<void> },
  keep: readonly string[] = [],
): SiteSession {
  return {
    isInCookie: true,
    read: () => session.countersign,
    async write(state) {
      session.countersign = state;
      await session.save();
    },
    async renew(state) {
      dropOthers(session, keep);
      session.countersign = state;
      await session.save();
    },
  };
}

function dropOthers(session: object, keep: readonly string[]): void {
  for (const name of Object.keys(session)) if (!keep.includes(name)) Reflect.deleteProperty(session, name);
}
