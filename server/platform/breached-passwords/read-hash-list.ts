import { createReadStream } from 'node:fs';
import { type Readable, Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { HASH_DIGITS, HASH_KINDS, type HashKind } from './password-digest.ts';

/** Values of hexadecimal digits by their character code; other characters have none. */
const HEX = new Int8Array(256).fill(-1);
for (const [value, digit] of [...'0123456789abcdef'].entries()) {
  HEX[digit.charCodeAt(0)] = value;
  HEX[digit.toUpperCase().charCodeAt(0)] = value;
}

const [LINE_FEED, CARRIAGE_RETURN, COLON, ZERO] = [10, 13, 58, 48];
const CHUNK_BYTES = 1 << 20;

/** A list that cannot be read; the message names file and line, and quotes nothing of it. */
export class ListUnreadable extends Error {}

export interface HashListOptions {
  /** Hashes seen less often in breaches are left out. A line without a count counts as 1. */
  readonly minCount: number;
  /** Of the lists before, which this one has to share. */
  readonly kind: HashKind | undefined;
  /** Called with the first and the second 32 bits of each hash. */
  readonly add: (high: number, low: number) => void;
}

/**
 * Reads a list of hashes, a line each: `HASH` or `HASH:count`, in any order, plain or compressed by gzip. Its kind
 * shows in the length of the first hash.
 *
 * @throws ListUnreadable
 */
export async function readHashList(file: string, options: HashListOptions): Promise<HashKind | undefined> {
  const lines = new HashLines(file, options);
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of openList(file)) {
      const bytes: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let start = 0;
      for (let end = bytes.indexOf(LINE_FEED); end >= 0; end = bytes.indexOf(LINE_FEED, start)) {
        lines.read(bytes, start, end);
        start = end + 1;
      }
      rest = bytes.subarray(start);
      if (rest.length > CHUNK_BYTES) lines.refuseNext('is too long');
    }
  } catch (error) {
    if (error instanceof ListUnreadable) throw error;
    throw new ListUnreadable(`${file} cannot be read`, { cause: error });
  }
  if (rest.length > 0) lines.read(rest, 0, rest.length);
  return lines.kind;
}

class HashLines {
  kind: HashKind | undefined;
  readonly #file: string;
  readonly #options: HashListOptions;
  #line = 0;

  constructor(file: string, options: HashListOptions) {
    this.#file = file;
    this.#options = options;
    this.kind = options.kind;
  }

  read(bytes: Buffer, start: number, lineEnd: number): void {
    this.#line += 1;
    const end = lineEnd > start && bytes[lineEnd - 1] === CARRIAGE_RETURN ? lineEnd - 1 : lineEnd;
    if (end === start) return;
    let digits = start;
    while (digits < end && (HEX[bytes[digits] ?? 0] ?? -1) >= 0) digits += 1;
    this.kind ??= HASH_KINDS.find((kind) => HASH_DIGITS[kind] === digits - start);
    if (this.kind === undefined) this.refuse('does not begin with a SHA-1 or NTLM hash');
    if (HASH_DIGITS[this.kind] !== digits - start) this.refuse(`does not begin with a hash of kind ${this.kind}`);
    if (this.#countIn(bytes, digits, end) < this.#options.minCount) return;
    this.#options.add(wordAt(bytes, start), wordAt(bytes, start + 8));
  }

  /** The line that is not read to its end. */
  refuseNext(why: string): never {
    this.#line += 1;
    this.refuse(why);
  }

  refuse(why: string): never {
    throw new ListUnreadable(`${this.#file}: line ${this.#line} ${why}`);
  }

  #countIn(bytes: Buffer, colon: number, end: number): number {
    if (colon === end) return 1;
    if (bytes[colon] !== COLON || colon + 1 === end || end - colon > 12) this.refuse('is not HASH:count');
    let count = 0;
    for (let at = colon + 1; at < end; at++) {
      const digit = (bytes[at] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) this.refuse('is not HASH:count');
      count = count * 10 + digit;
    }
    return count;
  }
}

/** Eight hexadecimal digits. */
function wordAt(bytes: Buffer, at: number): number {
  let word = 0;
  for (let digit = 0; digit < 8; digit++) word = (word << 4) | (HEX[bytes[at + digit] ?? 0] ?? 0);
  return word >>> 0;
}

/** The bytes of the file, decompressed if they begin as gzip does. A pipe can be read only once, so they tell, not the name. */
function openList(file: string): Readable {
  const raw = createReadStream(file, { highWaterMark: CHUNK_BYTES });
  const out = new Transform({ transform: (chunk, _encoding, done) => done(null, chunk) });
  raw.once('error', (error) => out.destroy(error));
  raw.once('readable', () => {
    const first = raw.read() as Buffer | null;
    if (first === null) return out.end();
    raw.unshift(first);
    if (first[0] !== 0x1f || first[1] !== 0x8b) return raw.pipe(out);
    const unzipped = createGunzip({ chunkSize: CHUNK_BYTES });
    unzipped.once('error', (error) => out.destroy(error));
    return raw.pipe(unzipped).pipe(out);
  });
  return out;
}
