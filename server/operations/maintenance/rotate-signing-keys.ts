import { omitUndefined } from '@countersign/protocol/omit-undefined';
import type { ReadPorts, WritePorts } from '../../kernel/ports/ports.ts';
import { type Decision, transact } from '../../store/transact.ts';
import { signingKeysDocument } from './documents.ts';
import {
  hasRetired,
  isUnderWay,
  PUBLISHED_BEFORE_MS,
  type SigningKeyState,
  stateOf,
  succeededBy,
} from './key-rotation.ts';
import type { StoredSigningKey } from './signing-key.ts';

interface KeyOverview {
  kid: string;
  algorithm: StoredSigningKey['algorithm'];
  state: SigningKeyState;
  createdAt: number;
  signsFromAt: number;
  retiresAt?: number;
}

interface KeyRotation {
  /** False if one is under way already. */
  begun: boolean;
  /** The current keys. */
  keys: KeyOverview[];
}

/**
 * Starts a rotation of the key that signs results (SR-58). The new key is published at once and signs once every
 * verifier has had the time to fetch it; the previous one stays published until its last result has expired, and is
 * then removed. All of this follows the clock and needs no further call. A second rotation is refused while one is
 * under way.
 */
export async function rotateSigningKeys(
  ports: WritePorts,
  makeKey: (times: Pick<StoredSigningKey, 'createdAt' | 'signsFromAt'>) => Promise<StoredSigningKey>,
): Promise<KeyRotation> {
  const key = signingKeysDocument.key();
  const createdAt = ports.clock.now();
  const successor = await makeKey({ createdAt, signsFromAt: createdAt + PUBLISHED_BEFORE_MS });
  return transact(ports, key.anchor, [key], ([stored], now): Decision<KeyRotation> => {
    const keys = stored?.value.keys ?? [];
    if (isUnderWay(keys, now)) return { answer: { begun: false, keys: overview(keys, now) } };
    const next = succeededBy(keys, successor);
    return { answer: { begun: true, keys: overview(next, now) }, write: { put: [{ key, value: { keys: next } }] } };
  });
}

export async function readSigningKeys(ports: ReadPorts): Promise<KeyOverview[]> {
  const now = ports.clock.now();
  const [stored] = await ports.store.getMany([signingKeysDocument.key()], now);
  return overview(stored?.value.keys ?? [], now);
}

function overview(keys: readonly StoredSigningKey[], now: number): KeyOverview[] {
  return keys
    .filter((key) => !hasRetired(key, now))
    .map((key) => ({
      kid: key.kid,
      algorithm: key.algorithm,
      state: stateOf(key, keys, now),
      createdAt: key.createdAt,
      signsFromAt: key.signsFromAt,
      ...omitUndefined({ retiresAt: key.retiresAt }),
    }));
}
