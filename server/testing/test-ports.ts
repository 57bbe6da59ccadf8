import { createHash } from 'node:crypto';
import { composeMail } from '../composition/compose-mail.ts';
import { NO_TEXT_FILES } from '../kernel/own-texts.ts';
import type { Clock } from '../kernel/ports/clock.ts';
import type { GeoLookup } from '../kernel/ports/geo-lookup.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { Random } from '../kernel/ports/random.ts';
import type { SecretBox } from '../kernel/ports/secret-box.ts';
import type { Store } from '../kernel/ports/store.ts';
import { loadSigningKeys } from '../platform/jose/load-signing-keys.ts';
import { createSigner } from '../platform/jose/signer.ts';
import { createSecretBox } from '../platform/secret-box/secret-box.ts';
import { FakeHasher } from './fake-hasher.ts';
import { FakeCodeSender, FakeMailer, FakeWebhookSender } from './fake-senders.ts';
import { InterceptedStore } from './intercepted-store.ts';
import { openTemporaryStore } from './temporary-store.ts';

export const ISSUER = 'https://auth.example';
/** A Friday, 2027-01-15 08:00 UTC; a whole TOTP step. */
export const START = 1_800_000_000_000;

export class FakeClock implements Clock {
  at = START;
  /** Thrown instead of a time. */
  fault: Error | undefined;
  now(): number {
    if (this.fault) throw this.fault;
    return this.at;
  }
  advance(ms: number): void {
    this.at += ms;
  }
}

/** Knows only the configured addresses. */
export class FakeGeo implements GeoLookup {
  readonly countries = new Map<string, string>();
  /** Thrown instead of a result. */
  fault: Error | undefined;
  country(address: string): string | undefined {
    if (this.fault) throw this.fault;
    return this.countries.get(address);
  }
  builtAt(): number {
    return START;
  }
}

/** A stream of bytes derived from a seed. */
export function seededRandom(seed: string): Random {
  let block = 0;
  return {
    bytes(length) {
      const parts: Buffer[] = [];
      for (let have = 0; have < length; have += 32) {
        parts.push(createHash('sha256').update(`${seed}/${block++}`).digest());
      }
      return new Uint8Array(Buffer.concat(parts).subarray(0, length));
    },
  };
}

/** The secret box of every service in the tests: the same master key. */
export function testSecrets(): SecretBox {
  return createSecretBox(createHash('sha256').update('a master key for tests').digest());
}

/** The one password on the list of breached ones. */
export const BREACHED_PASSWORD = 'stolen with 164 million';

/** Ports over real crypto and a real store, with everything that a test controls. */
export interface TestPorts extends Ports {
  store: InterceptedStore;
  clock: FakeClock;
  hasher: FakeHasher;
  geo: FakeGeo;
  courier: FakeMailer;
  codes: FakeCodeSender;
  webhookSender: FakeWebhookSender;
  /** What was reported, by part. */
  faults: { part: string; error: unknown }[];
  /** Parameters of signing use-cases besides the ports. */
  issuer: string;
  /** The same service as another process: same data, same keys, same clock; no shared memory. */
  replica(): TestPorts;
  close(): Promise<void>;
}

/** @param over an empty store, closed with the ports. Default: an embedded one in a temporary folder. */
export async function openTestPorts(
  seed = 'test',
  over?: { store: Store; remove(): Promise<void> },
  at = START,
): Promise<TestPorts> {
  const { store: inner, remove } = over ?? (await openTemporaryStore());
  const clock = new FakeClock();
  clock.at = at;
  const random = seededRandom(seed);
  const secrets = testSecrets();
  const geo = new FakeGeo();
  const courier = new FakeMailer();
  const codes = new FakeCodeSender();
  const keys = await loadSigningKeys(
    { store: new InterceptedStore(inner), clock, random, secrets },
    { algorithm: 'ES256' },
  );
  const signer = createSigner({ issuer: ISSUER, keys, now: () => clock.now() });

  const faults: TestPorts['faults'] = [];
  const overTheSame = (): TestPorts => ({
    store: new InterceptedStore(inner),
    hasher: new FakeHasher(),
    clock,
    random,
    secrets: { ...secrets },
    signer: { ...signer },
    geo,
    courier,
    composeMail: (mail) => composeMail(mail, ISSUER),
    codes,
    texts: NO_TEXT_FILES,
    webhookSender: new FakeWebhookSender(),
    faults,
    reportFault: (part, error) => faults.push({ part, error }),
    archive: undefined,
    breachedPasswords: { isListed: async (password) => password === BREACHED_PASSWORD },
    administratorFactors: 'any',
    issuer: ISSUER,
    replica: overTheSame,
    close: remove,
  });
  return overTheSame();
}
