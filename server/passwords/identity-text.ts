import { base64 } from '@scure/base';

const V2 = { salt: 1, subkey: 17, length: 49, iterations: 1000 } as const;
const V3_HEADER = 13;
const V3_ALGORITHMS = ['sha1', 'sha256', 'sha512'] as const;

/** The parameters of PBKDF2. They can be out of bounds. */
interface IdentityHash {
  algorithm: (typeof V3_ALGORITHMS)[number];
  iterations: number;
  salt: Uint8Array;
  hash: Uint8Array;
}

/**
 * A hash of ASP.NET Core Identity, which is PBKDF2 with its parameters in front, in base64. Version 2: a zero byte, salt,
 * subkey. Version 3: 0x01, then PRF, iterations and length of the salt, each 32 bits, salt, subkey.
 */
export function readIdentityText(text: string): IdentityHash | undefined {
  const bytes = decode(text);
  if (!bytes) return undefined;
  if (bytes[0] === 0 && bytes.length === V2.length) {
    const [salt, hash] = [bytes.slice(V2.salt, V2.subkey), bytes.slice(V2.subkey)];
    return { algorithm: 'sha1', iterations: V2.iterations, salt, hash };
  }
  if (bytes[0] !== 1 || bytes.length < V3_HEADER) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [algorithm, iterations, saltLength] = [V3_ALGORITHMS[view.getUint32(1)], view.getUint32(5), view.getUint32(9)];
  if (!algorithm || saltLength > bytes.length - V3_HEADER) return undefined;
  const subkey = V3_HEADER + saltLength;
  return { algorithm, iterations, salt: bytes.slice(V3_HEADER, subkey), hash: bytes.slice(subkey) };
}

function decode(text: string): Uint8Array | undefined {
  try {
    return base64.decode(text);
  } catch {
    return undefined;
  }
}
