import { decodeText, encodeText, isWellFormed } from './text.ts';

/**
 * Encodes two texts as a byte string that is unique to the pair and sorts by the first, then by the second, each by its
 * UTF-8 bytes: NUL in the first text becomes 00 FF, followed by 00 and the second text. Encoded text never contains FF,
 * so the separator 00 is unambiguous, and a shorter first text sorts before its continuations.
 */
export function encodeKey(first: string, second: string): Buffer {
  if (!isUnescaped(first) || !isWellFormed(second)) {
    return Buffer.concat([escapeNul(encodeText(first)), SEPARATOR, encodeText(second)]);
  }
  return Buffer.from(`${first}\0${second}`, 'utf8');
}

export function decodeKey(bytes: Buffer): { first: string; second: string } {
  let end = bytes.indexOf(0);
  let escaped = false;
  while (bytes[end + 1] === 0xff) {
    escaped = true;
    end = bytes.indexOf(0, end + 2);
  }
  if (end === -1) throw new Error('Not an encoded pair');
  const head = bytes.subarray(0, end);
  return {
    first: decodeText(escaped ? unescapeNul(head) : head),
    second: decodeText(bytes.subarray(end + 1)),
  };
}

/** The common prefix of every pair whose first text starts with `prefix`. Followed by FF it sorts above all of them. */
export function encodeKeyPrefix(prefix: string): Buffer {
  return escapeNul(encodeText(prefix));
}

/** True if a first text needs no escaping, so that adapters may join strings instead of bytes. */
export function isUnescaped(first: string): boolean {
  return isWellFormed(first) && !first.includes('\0');
}

const SEPARATOR = Buffer.from([0]);

function escapeNul(bytes: Buffer): Buffer {
  if (!bytes.includes(0)) return bytes;
  const parts: number[] = [];
  for (const byte of bytes) {
    parts.push(byte);
    if (byte === 0) parts.push(0xff);
  }
  return Buffer.from(parts);
}

function unescapeNul(bytes: Buffer): Buffer {
  return Buffer.from(bytes.filter((byte) => byte !== 0xff));
}
