/**
 * argon2id behind a bound. Both verbs wait in a bounded queue and throw {@link Overloaded} when it is full; the permit
 * is held until the hash ends, though the client has left (SR-18, SR-19).
 */
export interface PasswordHasher {
  /**
   * Takes a place in line for one `verify`, or throws {@link Overloaded}. Taken before an attempt is counted: a guess that
   * is turned away must neither be held against the person nor cost the store a commit.
   */
  reserve(): Reservation;
  /** A PHC string for the password. The caller has normalised it (NFC). */
  hash(password: string): Promise<string>;
  /**
   * Whether the password fits the PHC string. `undefined` burns the same time on a decoy and answers false, so that a
   * missing password costs what a wrong one costs (SR-17). Stored parameters outside sane bounds are refused: throws.
   */
  verify(phc: string | undefined, password: string): Promise<boolean>;
  /** Whether the stored string is weaker than today's parameters. */
  needsRehash(phc: string): boolean;
}

/** A place in line that is held already: its `verify` is not turned away. */
export interface Reservation {
  /** As the hasher's own, once. Gives the place up when the hash has ended. */
  verify(phc: string | undefined, password: string): Promise<boolean>;
  /** Gives the place up if it has not been used. */
  release(): void;
}

/** A bounded queue (for hashing, or for one token) is full; answered as 503 OVERLOADED with Retry-After. */
export class Overloaded extends Error {
  readonly retryAfterMs: number;
  constructor(retryAfterMs: number) {
    super('too many are waiting');
    this.name = 'Overloaded';
    this.retryAfterMs = retryAfterMs;
  }
}
