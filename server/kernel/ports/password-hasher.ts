import { CodedError } from '@countersign/protocol/coded-error';

/**
 * argon2id behind a bound. Both methods wait in a bounded queue and throw {@link Overloaded} if it is full; the permit
 * is held until the hash ends, even if the client has disconnected (SR-18, SR-19).
 */
export interface PasswordHasher {
  /**
   * Reserves a permit for one `verify`, or throws {@link Overloaded}. Reserved before an attempt is counted: a refused
   * guess must neither count against the user nor cost the store a commit.
   */
  reserve(): Reservation;
  /** A PHC string for the password. The caller has normalised it (NFC). */
  hash(password: string): Promise<string>;
  /**
   * True if the password matches the PHC string. `undefined` spends the same time on a decoy and returns false, so that
   * a missing password costs as much as a wrong one (SR-17). Throws for stored parameters outside sane bounds.
   */
  verify(phc: string | undefined, password: string): Promise<boolean>;
  /** True if the stored hash is weaker than the current parameters. */
  needsRehash(phc: string): boolean;
  /**
   * The key of a file's password, in a queue of its own, one at a time. The caller has bounded the parameters.
   *
   * @throws {Overloaded} if the queue is full
   */
  deriveKey(password: string, parameters: Argon2Derivation): Promise<Uint8Array>;
}

/** argon2id (RFC 9106). */
export interface Argon2Derivation {
  salt: Uint8Array;
  memoryKiB: number;
  iterations: number;
  parallelism: number;
  keyBytes: number;
}

/** Learns what passes a bounded queue. */
export interface QueueObserver {
  /** A task has run for so long, without its wait. */
  ran(ms: number): void;
  /** Too many were waiting: a task was refused. */
  refused(): void;
}

/** Tasks that run and that wait now. */
export interface QueueLoad {
  readonly running: number;
  readonly queued: number;
  /** How many run at once. */
  readonly concurrency: number;
}

/** A reserved permit: its `verify` is not refused. */
export interface Reservation {
  /**
   * Chooses the permit by the stored hash: a costly imported one has a queue of its own, so that it holds up no other.
   * Throws {@link Overloaded} if that is full. Called before the attempt is counted.
   */
  prepare(phc: string | undefined): void;
  /** Like the hasher's own, once. Returns the permit when the hash has ended. */
  verify(phc: string | undefined, password: string): Promise<boolean>;
  /**
   * Waits until a check of an imported hash of this cost, begun with `verify`, would have ended; undefined: not at all.
   * Before any answer to a wrong password, so that its time does not tell who was imported (SR-78).
   */
  evenOut(costMs: number | undefined): Promise<void>;
  /** Returns the permit if it was not used. */
  release(): void;
}

/** A bounded queue (for hashing, or for one token) is full; responds 503 OVERLOADED with Retry-After. */
export class Overloaded extends CodedError {
  readonly code = 'OVERLOADED';
  readonly retryAfterMs: number;
  constructor(retryAfterMs: number) {
    super('too many are waiting');
    this.retryAfterMs = retryAfterMs;
  }
}
