import { hashSync } from '@node-rs/argon2';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Overloaded } from '../../kernel/ports/password-hasher.ts';
import { wrapImportedHash } from '../../passwords/imported-hash.ts';
import { createArgon2Hasher as createHasher } from './argon2-hasher.ts';
import { createHashThreads } from './hash-threads.ts';

const real = createHashThreads();
const OPENSSL = '308d7c55f902b7078eeba17c1b3516aa5011fc666b68bd008fd39481646d4334';
const verifySpy = vi.fn(real.verify);
const createArgon2Hasher = (options: Parameters<typeof createHasher>[0] = {}) =>
  createHasher({ threads: { ...real, verify: verifySpy }, ...options });

afterEach(() => {
  verifySpy.mockClear();
});

describe('argon2 hasher', () => {
  test('accepts the password it hashed and rejects another', async () => {
    const hasher = createArgon2Hasher();
    const phc = await hasher.hash('correct horse battery staple');
    expect(await hasher.verify(phc, 'correct horse battery staple')).toBe(true);
    expect(await hasher.verify(phc, 'correct horse battery stapl')).toBe(false);
    expect(await hasher.verify(phc, '')).toBe(false);
  });

  test('accepts passwords of any characters, hashed from text by the library', async () => {
    const hasher = createArgon2Hasher();
    for (const password of ['', 'a\0b', 'lètmein 😀', 'half a pair \ud800', 'x'.repeat(256)]) {
      expect(await hasher.verify(hashSync(password), password)).toBe(true);
      expect(await hasher.verify(hashSync(password), `${password}x`)).toBe(false);
    }
  });

  // SR-19
  test('keeps a reserved permit for one check and takes it back', async () => {
    const hasher = createArgon2Hasher({ concurrency: 1, maxQueue: 0 });
    const phc = await hasher.hash('correct horse battery staple');
    const reservation = hasher.reserve();
    await expect(hasher.verify(phc, 'x')).rejects.toBeInstanceOf(Overloaded);
    expect(await reservation.verify(phc, 'correct horse battery staple')).toBe(true);
    reservation.release();
    // A stored hash that is refused before any work also returns its permit.
    await expect(hasher.verify('$argon2id$nonsense', 'x')).rejects.toThrow(TypeError);
    const next = hasher.reserve();
    await expect(next.verify('$argon2id$nonsense', 'x')).rejects.toThrow(TypeError);
    next.release();
    expect(await hasher.verify(undefined, 'x')).toBe(false);
  });

  // SR-18
  test('makes argon2id with m=19456, t=2, p=1 and a fresh salt of 16 bytes', async () => {
    const hasher = createArgon2Hasher();
    const [first, second] = await Promise.all([hasher.hash('same'), hasher.hash('same')]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(first).not.toBe(second);
  });

  // SR-18
  test.each([
    { memoryKiB: 19_455 },
    { iterations: 1 },
    { parallelism: 0 },
    { memoryKiB: 262_145 },
    { iterations: 17 },
    { memoryKiB: Number.NaN },
    { concurrency: 0 },
    { maxQueue: -1 },
  ])('rejects the options %o', (options) => {
    expect(() => createArgon2Hasher(options)).toThrow(RangeError);
  });

  // SR-17
  test('spends one hash at the current parameters on a missing password, and never matches', async () => {
    const hasher = createArgon2Hasher({ memoryKiB: 20_000, iterations: 3 });
    expect(await hasher.verify(undefined, '')).toBe(false);
    expect(await hasher.verify(undefined, 'anything')).toBe(false);
    expect(verifySpy).toHaveBeenCalledTimes(2);
    expect(verifySpy.mock.calls[0]?.[0]).toEqual({
      kind: 'argon2',
      phc: expect.stringMatching(/^\$argon2id\$v=19\$m=20000,t=3,p=1\$/),
    });
    // The hash really ran: the library accepted the decoy as well-formed.
    await expect(verifySpy.mock.results[0]?.value).resolves.toBe(false);
  });

  // SR-18
  // RFC 9106 has vectors with secret and data alone: this is the key that OpenSSL derives.
  test('derives the key of a file, one at a time', async () => {
    let running = 0;
    let most = 0;
    const deriveKey: typeof real.deriveKey = async (...job) => {
      running += 1;
      most = Math.max(most, running);
      const key = await real.deriveKey(...job);
      running -= 1;
      return key;
    };
    const hasher = createArgon2Hasher({ threads: { ...real, deriveKey }, concurrency: 4 });
    const salt = Buffer.from('somesalt somesalt');
    const parameters = { salt, memoryKiB: 1024, iterations: 2, parallelism: 4, keyBytes: 32 };
    const keys = await Promise.all(['pässword', 'pässword', 'other'].map((one) => hasher.deriveKey(one, parameters)));
    expect(keys.map((key) => Buffer.from(key).toString('hex'))).toEqual([
      OPENSSL,
      OPENSSL,
      expect.not.stringMatching(OPENSSL),
    ]);
    expect(most).toBe(1);
    const flood = Array.from({ length: 20 }, () => hasher.deriveKey('x', parameters).catch((error) => error));
    expect((await Promise.all(flood)).filter((one) => one instanceof Overloaded)).toHaveLength(11);
  });

  test('refuses absurd stored parameters before it starts a hash', async () => {
    const hasher = createArgon2Hasher();
    const absurd = `$argon2id$v=19$m=4194304,t=99,p=1$c2FsdHNhbHRzYWx0c2FsdA$${'A'.repeat(43)}`;
    await expect(hasher.verify(absurd, 'x')).rejects.toBeInstanceOf(TypeError);
    await expect(hasher.verify('', 'x')).rejects.toBeInstanceOf(TypeError);
    expect(() => hasher.needsRehash(absurd)).toThrow(TypeError);
    expect(verifySpy).not.toHaveBeenCalled();
  });

  // SR-18
  test('asks for a new hash only if the stored one is weaker', async () => {
    const today = createArgon2Hasher({ memoryKiB: 32_768, iterations: 3 });
    const at = (m: number, t: number) => `$argon2id$v=19$m=${m},t=${t},p=1$c2FsdHNhbHRzYWx0c2FsdA$${'A'.repeat(43)}`;
    expect(today.needsRehash(at(19_456, 3))).toBe(true);
    expect(today.needsRehash(at(32_768, 2))).toBe(true);
    expect(today.needsRehash(at(32_768, 3))).toBe(false);
    expect(today.needsRehash(at(65_536, 4))).toBe(false);
    expect(today.needsRehash(await today.hash('x'))).toBe(false);
  });

  // SR-19
  test('refuses a flood with a retry time, and runs no more than the bound at once', async () => {
    let running = 0;
    let peak = 0;
    const gates: (() => void)[] = [];
    verifySpy.mockImplementation(async () => {
      running += 1;
      peak = Math.max(peak, running);
      await new Promise<void>((resolve) => gates.push(resolve));
      running -= 1;
      return true;
    });
    try {
      const hasher = createArgon2Hasher({ concurrency: 2, maxQueue: 3 });
      const flood = Array.from({ length: 50 }, () => hasher.verify(undefined, 'guess'));
      const outcome = Promise.allSettled(flood);
      for (let i = 0; i < 5; i++) {
        await expect.poll(() => gates.length).toBeGreaterThan(0);
        gates.shift()?.();
      }
      const settled = await outcome;
      const refused = settled.filter((one) => one.status === 'rejected');
      expect(refused).toHaveLength(45);
      for (const one of refused) {
        expect(one.reason).toBeInstanceOf(Overloaded);
        expect(one.reason.retryAfterMs).toBeGreaterThanOrEqual(1000);
      }
      expect(peak).toBe(2);
    } finally {
      verifySpy.mockImplementation(real.verify);
    }
  });

  // SR-17
  describe('an imported hash', () => {
    const md5 = adopted({ algorithm: 'md5', rounds: ['{password}'], hash: '5f4dcc3b5aa765d61d8327deb882cf99' });
    const weak = '$argon2id$v=19$m=512,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

    test('costs a current argon2 for a wrong password, so that a cheap hash looks like an unknown name', async () => {
      const hasher = createArgon2Hasher();
      expect(await hasher.verify(md5, 'wrong')).toBe(false);
      expect(verifySpy.mock.calls.map(([job]) => job)).toEqual([
        { kind: 'argon2', phc: expect.stringMatching(/^\$argon2id\$v=19\$m=19456,/) },
      ]);
      verifySpy.mockClear();
      expect(await hasher.verify(weak, 'wrong')).toBe(false);
      expect(verifySpy).toHaveBeenCalledTimes(2);
      verifySpy.mockClear();
      // The right password is hashed again, so it costs the same.
      expect(await hasher.verify(md5, 'password')).toBe(true);
      expect(verifySpy).not.toHaveBeenCalled();
      expect([md5, weak].map((text) => hasher.needsRehash(text))).toEqual([true, true]);
    });

    // SR-19
    test('is checked under the same bound and holds one permit for both of its hashes', async () => {
      const hasher = createArgon2Hasher({ concurrency: 1, maxQueue: 1 });
      const all = await Promise.allSettled(Array.from({ length: 5 }, () => hasher.verify(md5, 'wrong')));
      expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected', 'rejected']);
      expect(await hasher.verify(md5, 'password')).toBe(true);
    });

    // SR-18
    test('is refused before any work if its parameters are absurd', async () => {
      const hasher = createArgon2Hasher();
      for (const text of [`$2b$31$${'a'.repeat(53)}`, `$pbkdf2-sha512$i=999999999$c2FsdA$${'A'.repeat(43)}`]) {
        await expect(hasher.verify(text, 'x')).rejects.toBeInstanceOf(TypeError);
      }
      expect(verifySpy).not.toHaveBeenCalled();
    });
  });
});

function adopted(digest: { algorithm: 'md5'; rounds: string[]; hash: string }): string {
  const stored = wrapImportedHash({ format: 'digest', ...digest, encoding: 'hex', salt: '', saltEncoding: 'text' });
  if (stored === undefined) throw new Error('not taken over');
  return stored;
}
