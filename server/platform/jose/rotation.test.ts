import type { ResultClaims } from '@countersign/protocol/result';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createVerifier } from '../../../clients/typescript/src/results/verifier.ts';
import { signingKeysDocument } from '../../operations/maintenance/documents.ts';
import { PUBLISHED_AFTER_MS, PUBLISHED_BEFORE_MS } from '../../operations/maintenance/key-rotation.ts';
import { readSigningKeys, rotateSigningKeys } from '../../operations/maintenance/rotate-signing-keys.ts';
import { read } from '../../testing/fixtures.ts';
import { resourceId } from '../../testing/samples.ts';
import { ISSUER, openTestPorts, type TestPorts } from '../../testing/test-ports.ts';
import { type CurrentSigningKeys, openSigningKeys, signingKeyMaker } from './load-signing-keys.ts';
import { createSigner } from './signer.ts';

const RESOURCE = resourceId(1);
const NONCE = 'nonce-0123456789abcdef';
const LIFE_S = 300;
/** Interval at which a server loads the keys. */
const REFRESH_MS = 30_000;
const HTTP_CACHE_MS = 300_000;

let ports: TestPorts;
beforeAll(async () => {
  ports = await openTestPorts('rotation');
});
afterAll(() => ports.close());

interface Server {
  keys: CurrentSigningKeys;
  signer: ReturnType<typeof createSigner>;
}
async function startServer(algorithm: 'ES256' | 'EdDSA' = 'ES256'): Promise<Server> {
  const keys = await openSigningKeys(ports, { algorithm });
  return { keys, signer: createSigner({ issuer: ISSUER, keys: keys.all, now: () => ports.clock.now() }) };
}

/** A site's backend behind a cache that stores the key set for as long as allowed. */
function startVerifier(server: Server, jwksCacheMs: number) {
  let cached: { body: string; at: number } | undefined;
  return createVerifier({
    issuer: ISSUER,
    resource: RESOURCE,
    jwksCacheMs,
    // A verifier that never refetches for an unknown key: the hardest case of a rotation.
    jwksCooldownMs: 3_600_000,
    now: () => ports.clock.now(),
    fetch: async () => {
      if (!cached || ports.clock.now() - cached.at >= HTTP_CACHE_MS) {
        cached = { body: JSON.stringify({ keys: server.signer.publicKeys() }), at: ports.clock.now() };
      }
      return new Response(cached.body, { headers: { 'content-type': 'application/jwk-set+json' } });
    },
  });
}

function claims(): ResultClaims {
  const iat = Math.floor(ports.clock.now() / 1000);
  return {
    iss: ISSUER,
    aud: RESOURCE,
    sub: 'usr_00000000001',
    preferred_username: 'alice',
    nonce: NONCE,
    origin: 'https://shop.example',
    amr: ['pwd'],
    acr: '1',
    otp: 'not_used',
    auth_time: iat,
    iat,
    exp: iat + LIFE_S,
    jti: 'flw_00000000001',
  };
}
const kidOf = (jwt: string) => JSON.parse(Buffer.from(jwt.split('.')[0] ?? '', 'base64url').toString()).kid as string;
const rotate = () => rotateSigningKeys(ports, signingKeyMaker(ports, 'ES256'));

// SR-58
describe('during a rotation of the signing key', () => {
  test('no server and no verifier refuses a valid result, however late they get the keys', async () => {
    const servers = [await startServer(), await startServer()];
    // A copy lives at most 15 minutes, in the cache and in memory together.
    const verifiers = servers.flatMap((server) => [startVerifier(server, 0), startVerifier(server, 600_000)]);
    const alive: { jwt: string; until: number }[] = [];
    const signedWith = new Set<string>();
    const before = servers[0]?.signer.publicKeys()[0]?.kid;

    const end = ports.clock.now() + PUBLISHED_BEFORE_MS + PUBLISHED_AFTER_MS + 20 * 60_000;
    const beginAt = ports.clock.now() + 60_000;
    let started = false;
    for (let tick = 0; ports.clock.now() < end; tick++) {
      if (!started && ports.clock.now() >= beginAt) started = (await rotate()).begun;
      // One server refreshes at once, the other half a minute later.
      if (tick % (REFRESH_MS / 10_000) === 0) await servers[0]?.keys.refresh();
      if (tick % (REFRESH_MS / 10_000) === 2) await servers[1]?.keys.refresh();
      for (const { signer } of servers) {
        const jwt = await signer.sign(claims());
        signedWith.add(kidOf(jwt));
        alive.push({ jwt, until: ports.clock.now() + LIFE_S * 1000 });
      }
      // New results, and those about to expire.
      const now = ports.clock.now();
      const due = alive.filter(({ until }) => until - now <= 10_000 || until - now >= LIFE_S * 1000);
      for (const { jwt } of due) {
        for (const { signer } of servers) {
          expect(await signer.verify(jwt, { audience: RESOURCE, now }), `server, tick ${tick}`).toBeDefined();
        }
        for (const verifier of verifiers) {
          expect((await verifier.verifyResult(jwt, { nonce: NONCE })).jti, `tick ${tick}`).toBe('flw_00000000001');
        }
      }
      alive.splice(0, alive.length, ...alive.filter(({ until }) => until - now > 10_000));
      ports.clock.advance(10_000);
    }
    expect(started).toBe(true);
    expect(signedWith.size).toBe(2);
    const published = servers.map(({ signer }) => signer.publicKeys().map(({ kid }) => kid));
    expect(published[0]).toHaveLength(1);
    expect(published[1]).toEqual(published[0]);
    expect(published[0]).not.toContain(before);
    const [stored] = await ports.store.getMany([signingKeysDocument.key()], ports.clock.now());
    expect(stored?.value.keys.map(({ kid }) => kid)).toEqual(published[0]);
  });

  test('a withdrawn key verifies nothing, even with a valid signature', async () => {
    const server = await startServer();
    const jwt = await server.signer.sign(claims());
    await rotate();
    await server.keys.refresh();
    const now = ports.clock.now();
    ports.clock.advance(PUBLISHED_BEFORE_MS + PUBLISHED_AFTER_MS);
    // At the instant of signing only the key can be the reason for the refusal.
    expect(await server.signer.verify(jwt, { audience: RESOURCE, now })).toBeUndefined();
    expect(server.signer.publicKeys().map(({ kid }) => kid)).not.toContain(kidOf(jwt));
  });

  test('a second rotation does not start, even if both start at once', async () => {
    const answers = await Promise.all([rotate(), rotate(), rotate()]);
    expect(answers.filter(({ begun }) => begun)).toHaveLength(1);
    expect((await readSigningKeys(ports)).map(({ state }) => state)).toEqual(['signing', 'announced']);
    ports.clock.advance(PUBLISHED_BEFORE_MS);
    expect((await readSigningKeys(ports)).map(({ state }) => state)).toEqual(['retiring', 'signing']);
    expect((await rotate()).begun).toBe(true);
  });

  test('a server with another configured algorithm follows, and never signs with a retiring key', async () => {
    ports.clock.advance(PUBLISHED_BEFORE_MS + PUBLISHED_AFTER_MS);
    const eddsa = await startServer('EdDSA');
    await eddsa.keys.refresh();
    ports.clock.advance(PUBLISHED_BEFORE_MS);
    expect(eddsa.signer.publicKeys().map(({ alg }) => alg)).toEqual(['EdDSA', 'ES256']);
    await rotate();
    await eddsa.keys.refresh();
    ports.clock.advance(PUBLISHED_BEFORE_MS);
    const kid = kidOf(await eddsa.signer.sign(claims()));
    const { keys } = await read(ports, signingKeysDocument.key());
    expect(keys.find((one) => one.kid === kid)).not.toHaveProperty('retiresAt');
    expect(keys.filter((one) => one.retiresAt !== undefined)).toHaveLength(2);
  });

  // SR-58. Two rotations, the second while the key before the first is still published. When both keys retire, the
  // server's own algorithm is that of the first to go.
  test('SR-58: no result outlives its signing key while a third key is announced', async () => {
    ports.clock.advance(PUBLISHED_BEFORE_MS + PUBLISHED_AFTER_MS);
    const eddsa = await startServer('EdDSA');
    ports.clock.advance(PUBLISHED_BEFORE_MS);
    expect((await rotate()).begun).toBe(true);
    ports.clock.advance(PUBLISHED_AFTER_MS);
    expect((await rotate()).begun).toBe(true);
    await eddsa.keys.refresh();
    ports.clock.advance(PUBLISHED_BEFORE_MS - 1);
    expect((await readSigningKeys(ports)).filter(({ state }) => state === 'signing')).toHaveLength(1);
    const jwt = await eddsa.signer.sign(claims());
    ports.clock.advance(LIFE_S * 1000 - 1000);
    await eddsa.keys.refresh();
    expect(await eddsa.signer.verify(jwt, { audience: RESOURCE, now: ports.clock.now() })).toBeDefined();
  });
});
