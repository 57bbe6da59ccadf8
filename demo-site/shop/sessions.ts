import { randomBytes } from 'node:crypto';
import type { ResultClaims } from '../../clients/typescript/src/index.ts';
import type { Basket, Quote } from './basket.ts';

/** A sign-in under way: the nonce that its result must carry. */
export interface PendingSignIn {
  nonce: string;
  startedAt: number;
}

/** An order that waits for its second factor. What was shown is what will be placed, whatever the basket does. */
export interface PendingOrder extends PendingSignIn {
  loginRequest: string;
  /** The person confirms the order itself; otherwise only that it is them. */
  signed: boolean;
  basket: Basket;
  quote: Quote;
}

/** The service let the person pass without a code. Whether they want the order on those terms, nobody has asked yet. */
export interface WaivedOrder {
  basket: Basket;
  quote: Quote;
  claims: ResultClaims;
  at: number;
}

/** Who signed in, as the result said. */
export interface Person {
  id: string;
  login: string;
  claims: ResultClaims;
}

export interface Session {
  /** The cookie's value. Changes at every sign-in, so that one known before is worth nothing after (session fixation). */
  id: string;
  /** In every form of this session, and nowhere else. */
  csrf: string;
  person?: Person;
  basket: Basket;
  signIn?: PendingSignIn;
  order?: PendingOrder;
  waived?: WaivedOrder;
  /** Of the page on which people manage what is theirs at the service: the same for the whole session, for phones that drop it. */
  ownNonce?: string;
  createdAt: number;
  seenAt: number;
}

export const IDLE_MS = 2 * 3_600_000;
export const LIFETIME_MS = 12 * 3_600_000;
const MAX_SESSIONS = 10_000;

/** Sessions in memory: a restart of the shop signs everybody out. */
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
    // A map keeps the order in which its keys came: the first is the oldest.
    const [oldest] = this.#byId.keys();
    if (oldest !== undefined && this.#byId.size >= MAX_SESSIONS) this.#byId.delete(oldest);
    const now = this.#now();
    const session = { ...secrets(), basket: new Map(), createdAt: now, seenAt: now };
    this.#byId.set(session.id, session);
    return session;
  }

  /** The same basket under a new id, with a person. The old id and every form that was rendered under it are dead. */
  signIn(old: Session, person: Person): Session {
    this.#byId.delete(old.id);
    const now = this.#now();
    // Only the basket comes along: a pending confirmation is that of whoever was signed in before.
    const session = { ...secrets(), person, basket: old.basket, createdAt: now, seenAt: now };
    this.#byId.set(session.id, session);
    return session;
  }

  end(session: Session): void {
    this.#byId.delete(session.id);
  }
}

/** 256 random bits each (OWASP asks for 128 of a session id). */
function secrets(): { id: string; csrf: string } {
  return { id: randomBytes(32).toString('base64url'), csrf: randomBytes(32).toString('base64url') };
}
