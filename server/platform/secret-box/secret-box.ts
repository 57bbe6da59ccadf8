import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import type { SecretBox } from '../../kernel/ports/secret-box.ts';
import type { ClientContext, SecretContext } from '../../kernel/secret-context.ts';
import { systemRandom } from '../system-random/system-random.ts';

export const MASTER_KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID_BYTES = 6;
const ALGORITHM = 'aes-256-gcm';
const SHAPE = /^v1\.([A-Za-z0-9_-]{8})\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{22,})$/;

interface SecretBoxOptions {
  /** Old master keys: they decrypt, and encrypt nothing. */
  old?: readonly Uint8Array[];
  /** The key of MACs. Default: derived from the master key, and therefore different after a rotation. */
  macKey?: Uint8Array;
}

/**
 * Encrypts secrets at rest with AES-256-GCM (NIST SP 800-38D): `v1.<key id>.<iv>.<ciphertext and tag>`, parts in
 * base64url (SR-21). The master key itself encrypts nothing: encryption, MACs and the key's id each use a key derived
 * from it with HKDF (RFC 5869), so none reveals anything about another.
 *
 * IVs are 96 random bits; a master key must be rotated before it has encrypted 2^32 secrets, which an installation of
 * this service does not reach.
 *
 * @throws {TypeError} if a master key does not have 32 bytes. `open` throws an Error that names only the context,
 * whatever the reason.
 */
export function createSecretBox(masterKey: Uint8Array, { old = [], macKey: given }: SecretBoxOptions = {}): SecretBox {
  const current = sealingKeyOf(masterKey);
  // The current one last: if a key is given twice, it is the current one.
  const opening = new Map([...old.map(sealingKeyOf), current].map(({ id, key }) => [id, key]));
  const ofBackups = new Map([...old, masterKey].map((one) => [sealingKeyOf(one).id, derive(one, 'backup mac')]));
  const macKey = createSecretKey(given ?? deriveMacKey(masterKey));
  const purposeKeys = new Map<string, KeyObject>();

  const mac = (purpose: string, message: string | Uint8Array): Buffer => {
    let key = purposeKeys.get(purpose);
    if (!key) {
      key = createSecretKey(createHmac('sha256', macKey).update(purpose).digest());
      // Purposes are a few names in the code; the bound protects against a caller that passes other values.
      if (purposeKeys.size < 64) purposeKeys.set(purpose, key);
    }
    return createHmac('sha256', key).update(message).digest();
  };
  const clientKey = (context: ClientContext) => createSecretKey(mac('sealing for clients', ofClient(context)));

  return {
    keyId: current.id,

    isCurrent(sealed) {
      return SHAPE.exec(sealed)?.[1] === current.id;
    },

    seal(plain, context) {
      const { iv, body } = encrypt(current.key, plain, associated(context));
      return `v1.${current.id}.${iv.toString('base64url')}.${body.toString('base64url')}`;
    },

    open(sealed, context) {
      const [, sealedKeyId, iv, body] = SHAPE.exec(sealed) ?? [];
      if (sealedKeyId === undefined || iv === undefined || body === undefined) throw unopened(context, 'is malformed');
      const sealingKey = opening.get(sealedKeyId);
      if (!sealingKey) throw unopened(context, 'was sealed with another master key');
      const bytes = decoded(body);
      if (!bytes) throw unopened(context, 'is malformed');
      const plain = decrypt(sealingKey, Buffer.from(iv, 'base64url'), bytes, associated(context));
      if (!plain) throw unopened(context, 'does not belong here, or was changed');
      return plain;
    },

    sealForClient(plain, context) {
      const { iv, body } = encrypt(clientKey(context), plain, ofClient(context));
      return Buffer.concat([iv, body]).toString('base64url');
    },

    openFromClient(sealed, context) {
      const bytes = decoded(sealed);
      if (!bytes || bytes.length < IV_BYTES + TAG_BYTES) return undefined;
      return decrypt(clientKey(context), bytes.subarray(0, IV_BYTES), bytes.subarray(IV_BYTES), ofClient(context));
    },

    mac: (purpose, message) => new Uint8Array(mac(purpose, message)),

    backupKey({ keyId, nonce }) {
      const key = ofBackups.get(keyId);
      return key && new Uint8Array(createHmac('sha256', key).update(nonce).digest());
    },
  };
}

function encrypt(key: KeyObject, plain: Uint8Array, context: Uint8Array): { iv: Buffer; body: Buffer } {
  const iv = Buffer.from(systemRandom.bytes(IV_BYTES));
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(context);
  return { iv, body: Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]) };
}

/** Undefined if anything does not match. */
function decrypt(key: KeyObject, iv: Uint8Array, body: Buffer, context: Uint8Array): Uint8Array | undefined {
  const decipher = createDecipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(context);
  decipher.setAuthTag(body.subarray(-TAG_BYTES));
  try {
    return new Uint8Array(Buffer.concat([decipher.update(body.subarray(0, -TAG_BYTES)), decipher.final()]));
  } catch {
    return undefined;
  }
}

/** Base64url text is malleable in its last bits; only the exact form that `seal` writes is accepted. */
function decoded(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}

/** The MAC key derived from a master key, until one is stored separately. */
export function deriveMacKey(masterKey: Uint8Array): Uint8Array {
  return new Uint8Array(derive(masterKey, 'mac').export());
}

function sealingKeyOf(masterKey: Uint8Array): { id: string; key: KeyObject } {
  if (masterKey.length !== MASTER_KEY_BYTES) throw new TypeError(`a master key has ${MASTER_KEY_BYTES} bytes`);
  const digest = createHash('sha256').update(derive(masterKey, 'key id').export()).digest();
  return { id: digest.subarray(0, KEY_ID_BYTES).toString('base64url'), key: derive(masterKey, 'seal') };
}

function derive(masterKey: Uint8Array, use: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', masterKey, '', `countersign v1 ${use}`, 32)));
}

/** JSON separates the parts whatever they contain, lone surrogates included. */
function associated({ account, kind, id, field }: SecretContext): Buffer {
  return Buffer.from(JSON.stringify(['countersign v1', account, kind, id, field]));
}

function ofClient({ kind, id }: ClientContext): Buffer {
  return Buffer.from(JSON.stringify([kind, id]));
}

function unopened({ kind, id, field }: SecretContext, reason: string): Error {
  return new Error(`the secret ${field} of ${kind} ${id} ${reason}`);
}
