import { beforeEach, describe, expect, test } from 'vitest';
import type { Ports } from '../../kernel/ports/ports.ts';
import { ABSENT, type Change, type DocumentKey, StoreUnavailable } from '../../kernel/ports/store.ts';
import { createProcessMemory } from '../../kernel/process-memory.ts';
import { signingKeysDocument } from '../../operations/maintenance/documents.ts';
import { PUBLISHED_BEFORE_MS } from '../../operations/maintenance/key-rotation.ts';
import type { SigningKeySet } from '../../operations/maintenance/signing-key.ts';
import { createSecretBox } from '../secret-box/secret-box.ts';
import { systemRandom } from '../system-random/system-random.ts';
import { loadSigningKeys } from './load-signing-keys.ts';
import { createSigner } from './signer.ts';

const issuer = 'https://login.example.com';
let now: number;
let document: { value: unknown; version: number } | undefined;
let commits: Change[];
/** Runs between a process's read and its commit. */
let meanwhile: (() => Promise<void>) | undefined;

beforeEach(() => {
  now = 1_000_000;
  document = undefined;
  commits = [];
  meanwhile = undefined;
});

/** A store of one versioned document; any other use throws. */
const store = {
  memory: createProcessMemory(),
  async getMany(keys: readonly DocumentKey[]) {
    expect(keys).toEqual([signingKeysDocument.key()]);
    return [document && structuredClone(document)];
  },
  async commit(change: Change) {
    const interruption = meanwhile;
    meanwhile = undefined;
    await interruption?.();
    expect(change.anchor).toBe(signingKeysDocument.key().anchor);
    if ((document?.version ?? ABSENT) !== change.expect[0]?.version) return 'conflict';
    commits.push(change);
    document = { value: structuredClone(change.put?.[0]?.value), version: commits.length };
    return 'committed';
  },
} as unknown as Ports['store'];

const secrets = createSecretBox(Uint8Array.from({ length: 32 }, (_, i) => i));
const ports = { store, clock: { now: () => now }, random: systemRandom, secrets };
const storedKeys = () => (document?.value as SigningKeySet | undefined)?.keys ?? [];
const kids = (keys: { publicJwk: { kid: string } }[]) => keys.map((key) => key.publicJwk.kid);

describe('signing keys', () => {
  test('are created on the first start and reused on every later one', async () => {
    const first = await loadSigningKeys(ports, { algorithm: 'ES256' });
    const second = await loadSigningKeys(ports, { algorithm: 'ES256' });
    expect(first).toHaveLength(1);
    expect(kids(second)).toEqual(kids(first));
    expect(commits).toHaveLength(1);
    expect(commits[0]?.expect).toEqual([{ key: signingKeysDocument.key(), version: ABSENT }]);
    expect(first[0]?.publicJwk).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' });
    expect(first[0]?.signsFromAt).toBe(now);
  });

  test('of another server verify what this one signed', async () => {
    for (const algorithm of ['ES256', 'EdDSA'] as const) {
      document = undefined;
      commits = [];
      const [here, there] = await Promise.all([
        loadSigningKeys(ports, { algorithm }),
        loadSigningKeys(ports, { algorithm }),
      ]);
      const sign = createSigner({ issuer, keys: here, now: () => now });
      const check = createSigner({ issuer, keys: there, now: () => now });
      const at = now / 1000;
      const jwt = await sign.sign({
        iss: issuer,
        aud: 'res_x',
        sub: 'usr_x',
        preferred_username: 'alice',
        nonce: 'nonce',
        origin: 'https://shop.example',
        amr: ['pwd'],
        acr: '1',
        otp: 'not_used',
        auth_time: at,
        iat: at,
        exp: at + 60,
        jti: 'flw_x',
      });
      expect(await check.verify(jwt, { audience: 'res_x', now })).toBeDefined();
    }
  });

  test('created by two servers at once are one: the loser uses the winner’s', async () => {
    let winner: string[] = [];
    meanwhile = async () => {
      winner = kids(await loadSigningKeys(ports, { algorithm: 'ES256' }));
    };
    const loser = kids(await loadSigningKeys(ports, { algorithm: 'ES256' }));
    expect(loser).toEqual(winner);
    expect(storedKeys()).toHaveLength(1);
  });

  // SR-58
  test('of a newly chosen algorithm are published at once and sign later; switching back is immediate', async () => {
    const [old] = kids(await loadSigningKeys(ports, { algorithm: 'ES256' }));
    now += 86_400_000;
    const both = await loadSigningKeys(ports, { algorithm: 'EdDSA' });
    expect(both.map((key) => key.publicJwk.alg)).toEqual(['EdDSA', 'ES256']);
    expect(both[0]?.signsFromAt).toBe(now + PUBLISHED_BEFORE_MS);
    expect(both[0]?.publicJwk).toMatchObject({ kty: 'OKP', crv: 'Ed25519' });
    const back = await loadSigningKeys(ports, { algorithm: 'ES256' });
    expect(kids(back)[0]).toBe(old);
    expect(back).toHaveLength(2);
    expect(commits).toHaveLength(2);
  });

  // SR-21
  test('are stored encrypted: a stolen store holds no private key', async () => {
    await loadSigningKeys(ports, { algorithm: 'ES256' });
    const text = JSON.stringify(document);
    expect(text).not.toContain('"d"');
    const [stored] = storedKeys();
    expect(stored?.sealedPrivateJwk).toMatch(/^v1\./);
  });

  // SR-21
  test('are rejected if a private key was moved or a public key replaced in the store', async () => {
    await loadSigningKeys(ports, { algorithm: 'ES256' });
    const honest = structuredClone(document);
    const [victim] = storedKeys();
    document = undefined;
    commits = [];
    await loadSigningKeys(ports, { algorithm: 'ES256' });
    const [attacker] = storedKeys();
    if (!victim || !attacker || !honest) throw new Error('no keys');

    document = { ...honest, value: { keys: [{ ...victim, sealedPrivateJwk: attacker.sealedPrivateJwk }] } };
    await expect(loadSigningKeys(ports, { algorithm: 'ES256' })).rejects.toThrow('does not belong here');
    const { x, y } = attacker;
    document = { ...honest, value: { keys: [{ ...victim, x, ...(y ? { y } : {}) }] } };
    await expect(loadSigningKeys(ports, { algorithm: 'ES256' })).rejects.toThrow('was changed');
    document = { ...honest, value: { keys: [{ ...victim, kid: attacker.kid }] } };
    await expect(loadSigningKeys(ports, { algorithm: 'ES256' })).rejects.toThrow('does not belong here');
  });

  test('are not extractable from memory', async () => {
    const [key] = await loadSigningKeys(ports, { algorithm: 'ES256' });
    expect(key?.privateKey.extractable).toBe(false);
    expect(key?.privateKey.type).toBe('private');
    expect(key?.publicKey.type).toBe('public');
  });

  // SR-3
  test('are not created during an outage of the store, which is reported', async () => {
    const down = { ...store, getMany: () => Promise.reject(new StoreUnavailable('down')) } as unknown as Ports['store'];
    await expect(loadSigningKeys({ ...ports, store: down }, { algorithm: 'ES256' })).rejects.toBeInstanceOf(
      StoreUnavailable,
    );
  });
});
