import { createDecipheriv, createHmac } from 'node:crypto';
import { isSameSecret } from '../../../kernel/secret-token.ts';

/** Opens AES-256-GCM. Undefined if the key is wrong, or the bytes were altered. */
export function openGcm(key: Uint8Array, iv: Uint8Array, sealed: Uint8Array, tag: Uint8Array): Buffer | undefined {
  try {
    const cipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 });
    cipher.setAuthTag(tag);
    return Buffer.concat([cipher.update(sealed), cipher.final()]);
  } catch {
    return undefined;
  }
}

/** Checks HMAC-SHA-256 over vector and text, then opens AES-256-CBC. Undefined as for {@link openGcm}. */
export function openCbc(
  keys: { encryption: Uint8Array; mac: Uint8Array },
  iv: Uint8Array,
  sealed: Uint8Array,
  mac: Uint8Array,
): Buffer | undefined {
  const expected = createHmac('sha256', keys.mac).update(iv).update(sealed).digest();
  if (!isSameSecret(expected, mac)) return undefined;
  try {
    const cipher = createDecipheriv('aes-256-cbc', keys.encryption, iv);
    return Buffer.concat([cipher.update(sealed), cipher.final()]);
  } catch {
    return undefined;
  }
}
