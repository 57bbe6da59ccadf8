import { randomBytes } from 'node:crypto';
import type { ResultClaims } from '../../clients/typescript/src/index.ts';
import type { Basket, Quote } from './basket.ts';

/** A pending sign-in: the nonce that its result must contain. */
export interface PendingSignIn {
  nonce: string;
  startedAt: number;
}

/** An order that waits for its second factor. The order shown is placed, even if the basket changes. */
export interface PendingOrder extends PendingSignIn {
  loginRequest: string;
  /** Whether the user signs the order itself, instead of only proving who they are. */
  signed: boolean;
  basket: Basket;
  quote: Quote;
}

/** The service let the user pass without a code. The user has not yet been asked whether to order anyway. */
export interface WaivedOrder {
  basket: Basket;
  quote: Quote;
  claims: ResultClaims;
  at: number;
}

/** The signed-in user, from the claims of the result. */
export interface Person {
  id: string;
  login: string;
  claims: ResultClaims;
}

export interface Session {
  /**
   * The cookie's value. It changes at every sign-in, so that an earlier value is useless afterwards (session
   * fixation).
   */
  id: string;
  /** The CSRF token in every form of this session. */
  csrf: string;
  person?: Person;
  basket: Basket;
  signIn?: PendingSignIn;
  order?: PendingOrder;
  waived?: WaivedOrder;
  /**
   * The nonce of the self-service page: the same for the whole session, so that a phone that discarded the page can
   * resume.
   */
  ownNonce?: string;
  createdAt: number;
  seenAt: number;
}

const IDLE_MS = 2 * 3_600_000;
export const LIFETIME_MS = 12 * 3_600_000;
const MAX_SESSIONS = 10_000;

/** Sessions in memory: a restart of the shop signs every user out. */
export class Sessions {
  readonly #byId = new Map<string, Session>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  find(id: string | undefined): Session | undefined {
    const session = id === undefined ? undefined : this.#byId.get(id);
    if (!session) return undefined;
    const now = this.#now();
    if (now - session.seenAt > IDLE_MS || now - session.createdAt > LIFETIME_MS) {
      this.#byId.delete(session.id);
      return undefined;
    }
    session.seenAt = now;
    return session;
  }

  begin(): Session {
    // A map keeps insertion order, so the first key is the oldest.
    const [oldest] = this.#byId.keys();
    if (oldest !== undefined && this.#byId.size >= MAX_SESSIONS) this.#byId.delete(oldest);
    const now = this.#now();
    const session = { ...secrets(), basket: new Map(), createdAt: now, seenAt: now };
    this.#byId.set(session.id, session);
    return session;
  }

  /** Creates a session with a new id, the same basket and the user. The old id and its forms are no longer valid. */
  signIn(old: Session, person: Person): Session {
    this.#byId.delete(old.id);
    const now = this.#now();
    // Only the basket is kept: a pending confirmation belongs to the user signed in before.
    const session = { ...secrets(), person, basket: old.basket, createdAt: now, seenAt: now };
    this.#byId.set(session.id, session);
    return session;
  }

  end(session: Session): void {
    this.#byId.delete(session.id);
  }
}

/** 256 random bits each (OWASP requires 128 for a session id). */
function secrets(): { id: string; csrf: string } {
  return { id: randomBytes(32).toString('base64url'), csrf: randomBytes(32).toString('base64url') };
}
