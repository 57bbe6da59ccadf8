import { createHash } from 'node:crypto';
import {
  type Argon2Derivation,
  Overloaded,
  type PasswordHasher,
  type Reservation,
} from '../kernel/ports/password-hasher.ts';

/**
 * A hasher without cost that records its calls. Through `during` a test may throw, wait, or change state during the
 * hash.
 */
export class FakeHasher implements PasswordHasher {
  verified = 0;
  hashed = 0;
  /** Runs inside every hash and every check. */
  during: (() => Promise<void> | void) | undefined;

  /** Simulates a full queue. */
  full = false;

  /** The costs up to which wrong passwords were delayed. */
  readonly evenedOut: (number | undefined)[] = [];

  /** Permits reserved and not released. */
  reserved = 0;

  reserve(): Reservation {
    if (this.full) throw new Overloaded(1000);
    this.reserved += 1;
    let held = true;
    const release = () => {
      if (held) this.reserved -= 1;
      held = false;
    };
    return {
      prepare: () => {},
      verify: (phc, password) => this.verify(phc, password).finally(release),
      evenOut: async (costMs) => {
        this.evenedOut.push(costMs);
      },
      release,
    };
  }

  async hash(password: string): Promise<string> {
    this.hashed += 1;
    await this.during?.();
    return fakeHash(password);
  }

  async verify(phc: string | undefined, password: string): Promise<boolean> {
    this.verified += 1;
    await this.during?.();
    return phc === fakeHash(password) || phc === weakHash(password);
  }

  /** As the service does: files of tests are sealed with it. */
  async deriveKey(password: string, parameters: Argon2Derivation): Promise<Uint8Array> {
    const { memoryKiB: memoryCost, iterations: timeCost, parallelism, salt, keyBytes: outputLen } = parameters;
    const { hashRaw } = await import('@node-rs/argon2');
    return hashRaw(password, { memoryCost, timeCost, parallelism, salt, outputLen });
  }

  needsRehash(phc: string): boolean {
    return phc.startsWith('$weak$');
  }
}

export function fakeHash(password: string): string {
  return `$fake$${digest(password)}`;
}

/** The hash of a password with outdated parameters. */
export function weakHash(password: string): string {
  return `$weak$${digest(password)}`;
}

function digest(password: string): string {
  return createHash('sha256').update(password).digest('base64url');
}
