import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { ResultAlgorithm } from '@countersign/protocol/result';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { z } from 'zod';
import type { Ports, SecretPorts } from '../../kernel/ports/ports.ts';
import type { PublicJwk } from '../../kernel/ports/signer.ts';
import { ABSENT, type Stored } from '../../kernel/ports/store.ts';
import { signingKeyContext } from '../../kernel/secret-context.ts';
import { signingKeysDocument } from '../../operations/maintenance/documents.ts';
import { hasRetired, PUBLISHED_BEFORE_MS } from '../../operations/maintenance/key-rotation.ts';
import type { SigningKeySet, StoredSigningKey } from '../../operations/maintenance/signing-key.ts';
import type { SigningKey } from './signing-key.ts';

const MAX_ATTEMPTS = 10;

const privateJwkSchema = z.looseObject({ kty: z.string(), crv: z.string(), d: z.string() });

/**
 * The service's signing keys, those of the configured algorithm first. The first start creates one. A start with
 * another algorithm adds one, which signs after verifiers had time to fetch it (SR-58). If several servers start at
 * once, one creates the key and all use it.
 *
 * @throws the store's and the secret box's errors; Error if concurrent changes of the keys do not stop.
 */
export async function loadSigningKeys(
  ports: SecretPorts,
  { algorithm }: { algorithm: ResultAlgorithm },
): Promise<SigningKey[]> {
  return opened((await storedKeys(ports, algorithm)).value.keys, algorithm, ports.secrets);
}

/** The signing keys of a running service, as of the last refresh. */
export interface CurrentSigningKeys {
  all(): readonly SigningKey[];
  /** Loads new keys and drops retired ones. A failure changes nothing. */
  refresh(): Promise<void>;
}

/** Like {@link loadSigningKeys}, updated by `refresh`. */
export async function openSigningKeys(
  ports: SecretPorts,
  { algorithm }: { algorithm: ResultAlgorithm },
): Promise<CurrentSigningKeys> {
  let stored = await storedKeys(ports, algorithm);
  let keys = await opened(stored.value.keys, algorithm, ports.secrets);
  return {
    all: () => keys,
    async refresh() {
      await dropRetired(ports);
      const found = await storedKeys(ports, algorithm);
      if (found.version === stored.version) return;
      keys = await opened(found.value.keys, algorithm, ports.secrets);
      stored = found;
    },
  };
}

/** Creates a key for {@link ../../maintenance/rotate-signing-keys.ts}. */
export function signingKeyMaker({ secrets }: Pick<Ports, 'secrets'>, algorithm: ResultAlgorithm) {
  return (times: Pick<StoredSigningKey, 'createdAt' | 'signsFromAt'>) => makeKey(algorithm, times, secrets);
}

async function storedKeys(
  { store, clock, random, secrets }: SecretPorts,
  algorithm: ResultAlgorithm,
): Promise<Stored<SigningKeySet>> {
  const key = signingKeysDocument.key();
  for (let tries = 0; tries < MAX_ATTEMPTS; tries++) {
    const now = clock.now();
    const [stored] = await store.getMany([key], now);
    const keys = stored?.value.keys ?? [];
    // A key that is being retired does not count.
    if (stored && keys.some((one) => one.algorithm === algorithm && one.retiresAt === undefined)) return stored;
    const signsFromAt = keys.length === 0 ? now : now + PUBLISHED_BEFORE_MS;
    const created = await makeKey(algorithm, { createdAt: now, signsFromAt }, secrets);
    // Read again in any case: a loser finds the winner's key.
    await store.commit({
      anchor: key.anchor,
      operation: Buffer.from(random.bytes(16)).toString('base64url'),
      now,
      expect: [{ key, version: stored?.version ?? ABSENT }],
      put: [{ key, value: { keys: [...keys, created] } }],
    });
  }
  throw new Error('the signing keys are being changed all the time');
}

/** Removes retired keys from the store. If another process changed them first, a later call removes them. */
async function dropRetired({ store, clock, random }: SecretPorts): Promise<void> {
  const key = signingKeysDocument.key();
  const now = clock.now();
  const [stored] = await store.getMany([key], now);
  const left = stored?.value.keys.filter((one) => !hasRetired(one, now));
  if (!stored || !left || left.length === 0 || left.length === stored.value.keys.length) return;
  await store.commit({
    anchor: key.anchor,
    operation: Buffer.from(random.bytes(16)).toString('base64url'),
    now,
    expect: [{ key, version: stored.version }],
    put: [{ key, value: { keys: left } }],
  });
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
  const sealedPrivateJwk = secrets.seal(new TextEncoder().encode(JSON.stringify(jwk)), signingKeyContext(kid));
  return { kid, algorithm, crv, x, ...omitUndefined({ y }), sealedPrivateJwk, ...times };
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
  const text = new TextDecoder().decode(secrets.open(stored.sealedPrivateJwk, signingKeyContext(stored.kid)));
  const jwk: JWK = privateJwkSchema.parse(JSON.parse(text));
  // The public key is stored unencrypted; the kid, a thumbprint bound into the ciphertext, detects a replaced one.
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
  const { signsFromAt, retiresAt } = stored;
  return { publicJwk, privateKey, publicKey, signsFromAt, ...omitUndefined({ retiresAt }) };
}
