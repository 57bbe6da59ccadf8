import type { WritePorts } from '../../kernel/ports/ports.ts';
import type { SecretBox } from '../../kernel/ports/secret-box.ts';
import { ABSENT } from '../../kernel/ports/store.ts';
import { MAC_KEY_CONTEXT } from '../../kernel/secret-context.ts';
import { macKeyDocument } from '../../operations/maintenance/documents.ts';
import { MasterKeyError, type MasterKeys } from './load-master-key.ts';
import { createSecretBox, deriveMacKey } from './secret-box.ts';

const MAX_ATTEMPTS = 10;

/**
 * Opens the secret box of a store. Its MAC key is stored encrypted like every secret, so ids and names derived from it
 * stay the same under the next master key. The first start stores the key derived from its master key.
 *
 * @throws the store's errors; MasterKeyError if the MAC key does not decrypt, since no derived id could be found without it
 */
export async function openSecretBox(
  { store, clock, random }: WritePorts,
  [current, ...old]: MasterKeys,
): Promise<SecretBox> {
  const sealing = createSecretBox(current, { old });
  const key = macKeyDocument.key();
  for (let tries = 0; tries < MAX_ATTEMPTS; tries++) {
    const now = clock.now();
    const [stored] = await store.getMany([key], now);
    if (stored) {
      return createSecretBox(current, { old, macKey: openMacKey(sealing, stored.value.sealed) });
    }
    const first = deriveMacKey(current);
    await store.commit({
      anchor: key.anchor,
      operation: Buffer.from(random.bytes(16)).toString('base64url'),
      now,
      expect: [{ key, version: ABSENT }],
      put: [{ key, value: { sealed: sealing.seal(first, MAC_KEY_CONTEXT) } }],
    });
  }
  throw new Error('the key of MACs cannot be kept');
}

function openMacKey(sealing: SecretBox, sealed: string): Uint8Array {
  try {
    return sealing.open(sealed, MAC_KEY_CONTEXT);
  } catch (error) {
    const reason = error instanceof Error ? error.message : '';
    throw new MasterKeyError(`the master key is not the one of this store: ${reason}`, { cause: error });
  }
}
