import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { AccountId } from '../kernel/ids.ts';
import type { Ports, SecretPorts } from '../kernel/ports/ports.ts';
import type { DocumentKey } from '../kernel/ports/store.ts';
import { transact } from '../store/transact.ts';
import { spentSeedDocument } from './documents.ts';
import { seedContext } from './seed-context.ts';
import {
  isSeeded,
  movingFactorOf,
  type SeededToken,
  type SpentSeed,
  spentBy,
  spentTogether,
  spentUntil,
} from './spent-seed.ts';
import type { Token } from './token.ts';

/**
 * Stores how far the codes of a token were used up, before it is deleted. The caller deletes it only if its
 * `nextCounter` is unchanged; after a crash in between the record is still true.
 */
export async function storeSpentSeed(ports: SecretPorts, token: Token): Promise<void> {
  if (!isSeeded(token)) return;
  const spent = spentBy(token);
  const secret = spent && openSeed(ports, token);
  if (!secret) return;
  const key = keyOf(ports, token.account, token.factor, secret);
  await transact(ports, key.anchor, [key], ([stored]) => {
    const value = spentTogether(stored?.value, spent);
    const expiresAt = spentUntil(value, token.factor);
    return { answer: undefined, write: { put: [{ key, value, ...omitUndefined({ expiresAt }) }] } };
  });
}

/** How far deleted tokens have used up the codes of a seed; undefined: not at all. */
export async function readSpentSeed(
  ports: Pick<Ports, 'store' | 'clock' | 'secrets'>,
  account: AccountId,
  factor: SeededToken['factor'],
  secret: Uint8Array,
): Promise<SpentSeed | undefined> {
  const [stored] = await ports.store.getMany([keyOf(ports, account, factor, secret)], ports.clock.now());
  return stored?.value;
}

/** A token whose seed does not open accepts no code, so this must not prevent its deletion. */
function openSeed(ports: Pick<Ports, 'secrets'>, { sealedSecret, account, id }: SeededToken): Uint8Array | undefined {
  try {
    return ports.secrets.open(sealedSecret, seedContext(account, id));
  } catch {
    return undefined;
  }
}

/** Under a MAC, so that the store does not reveal which seeds existed. */
function keyOf(
  ports: Pick<Ports, 'secrets'>,
  account: AccountId,
  factor: SeededToken['factor'],
  secret: Uint8Array,
): DocumentKey<SpentSeed> {
  const seed = [account, movingFactorOf(factor), withoutZeros(secret).toString('base64')];
  const mac = Buffer.from(ports.secrets.mac('spent-seed', JSON.stringify(seed))).toString('base64url');
  return spentSeedDocument.key(account, mac);
}

/** HMAC pads a key with zeros (RFC 2104): seeds that differ only in zeros at the end show the same codes. */
function withoutZeros(secret: Uint8Array): Buffer {
  return Buffer.from(secret.subarray(0, secret.findLastIndex((byte) => byte !== 0) + 1));
}
