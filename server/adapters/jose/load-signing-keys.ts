import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { z } from 'zod';
import type { ResultAlgorithm } from '../../../shared/wire/result.ts';
import type { StoredSigningKey } from '../../domain/signing-key.ts';
import { documents } from '../../ports/documents.ts';
import type { Ports } from '../../ports/index.ts';
import type { SecretContext } from '../../ports/secret-box.ts';
import type { PublicJwk } from '../../ports/signer.ts';
import { ABSENT } from '../../ports/store.ts';
import type { SigningKey } from './signing-key.ts';

/** How long verifiers may keep a copy of the key set, so how long a further key is published before it signs. */
export const PUBLISHED_BEFORE_MS = 15 * 60_000;

const MOST_TRIES = 10;

const privateJwkSchema = z.looseObject({ kty: z.string(), crv: z.string(), d: z.string() });

/**
 * The service's signing keys, those of the wanted algorithm first. The first start makes one; a start with another
 * algorithm adds one, which signs once verifiers have had the time to see it (SR-58). Of several servers that start at
 * once one makes the key and all get it.
 *
 * @throws the store's and the secret box's errors; Error when others keep changing the keys.
 */
export async function loadSigningKeys(
  { store, clock, random, secrets }: Pick<Ports, 'store' | 'clock' | 'random' | 'secrets'>,
  { algorithm }: { algorithm: ResultAlgorithm },
): Promise<SigningKey[]> {
  const key = documents.signingKeys();
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const now = clock.now();
    const [stored] = await store.getMany([key], now);
    const keys = stored?.value.keys ?? [];
    if (keys.some((one) => one.algorithm === algorithm)) return opened(keys, algorithm, secrets);
    const signsFromAt = keys.length === 0 ? now : now + PUBLISHED_BEFORE_MS;
    const made = await makeKey(algorithm, { createdAt: now, signsFromAt }, secrets);
    const outcome = await store.commit({
      anchor: key.anchor,
      operation: Buffer.from(random.bytes(16)).toString('base64url'),
      now,
      expect: [{ key, version: stored?.version ?? ABSENT }],
      put: [{ key, value: { keys: [...keys, made] } }],
    });
    // A loser reads again and finds the winner's key.
    if (outcome === 'committed') return opened([...keys, made], algorithm, secrets);
  }
  throw new Error('the signing keys are being changed all the time');
}

async function makeKey(
  algorithm: ResultAlgorithm,
  times: Pick<StoredSigningKey, 'createdAt' | 'signsFromAt'>,
  secrets: Ports['secrets'],
): Promise<StoredSigningKey> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = await exportJWK(privateKey);
  const { crv, x, y } = jwk;
  if (crv === undefined || x === undefined) throw new Error('the new key has no public half');
  const kid = await calculateJwkThumbprint(jwk);
  const sealedPrivateJwk = secrets.seal(new TextEncoder().encode(JSON.stringify(jwk)), contextOf(kid));
  return { kid, algorithm, crv, x, ...(y === undefined ? {} : { y }), sealedPrivateJwk, ...times };
}

async function opened(
  stored: readonly StoredSigningKey[],
  algorithm: ResultAlgorithm,
  secrets: Ports['secrets'],
): Promise<SigningKey[]> {
  const byPreference = [...stored].sort(
    (a, b) => Number(b.algorithm === algorithm) - Number(a.algorithm === algorithm) || b.signsFromAt - a.signsFromAt,
  );
  return Promise.all(byPreference.map((one) => openKey(one, secrets)));
}

async function openKey(stored: StoredSigningKey, secrets: Ports['secrets']): Promise<SigningKey> {
  const text = new TextDecoder().decode(secrets.open(stored.sealedPrivateJwk, contextOf(stored.kid)));
  const jwk: JWK = privateJwkSchema.parse(JSON.parse(text));
  // The public half is stored in the clear; the kid, a thumbprint bound into the seal, says whether it is still its own.
  const publicHalf = { kty: String(jwk.kty), crv: stored.crv, x: stored.x, ...(stored.y ? { y: stored.y } : {}) };
  const [fromPublic, fromPrivate] = await Promise.all([
    calculateJwkThumbprint(publicHalf),
    calculateJwkThumbprint(jwk),
  ]);
  if (fromPublic !== stored.kid || fromPrivate !== stored.kid)
    throw new Error(`the signing key ${stored.kid} was changed`);
  const publicJwk: PublicJwk = { ...publicHalf, kid: stored.kid, alg: stored.algorithm, use: 'sig' };
  const [privateKey, publicKey] = await Promise.all([
    importJWK(jwk, stored.algorithm, { extractable: false }),
    importJWK(publicHalf, stored.algorithm),
  ]);
  if (privateKey instanceof Uint8Array || publicKey instanceof Uint8Array)
    throw new Error('a signing key is asymmetric');
  return { publicJwk, privateKey, publicKey, signsFromAt: stored.signsFromAt };
}

function contextOf(kid: string): SecretContext {
  return { account: 'service', kind: 'signing-key', id: kid, field: 'private' };
}
