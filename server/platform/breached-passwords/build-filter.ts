import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { endianness } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import {
  entryBytes,
  type FilterHeader,
  filterShape,
  HEADER_BYTES,
  INDEX_ENTRY_BYTES,
  locateInFilter,
  writeHeader,
} from './filter-format.ts';
import type { HashKind } from './password-digest.ts';
import { ListUnreadable, readHashList } from './read-hash-list.ts';

interface BuildOptions {
  /** Lists of one kind of hash; a hash in several counts once. */
  readonly lists: readonly string[];
  readonly out: string;
  readonly minCount: number;
  readonly falsePositiveBits: number;
  /** Bytes of a part in memory before they are written. Default 64 KiB. */
  readonly partBufferBytes?: number;
}

/** The folder of the file cannot be used. */
class FilterUnwritable extends Error {}

const HASH_BYTES = 8;
/** Parts by the first byte of a hash: each is sorted in memory, 32 MB of a list of a billion. */
const PARTS = 256;
/** Of a 64-bit number in memory, the half with its high bits. */
const HIGH = endianness() === 'LE' ? 1 : 0;
const WRITE_BYTES = 1 << 20;

/**
 * Builds a filter file from lists of hashes. Memory does not grow with a list beyond a 256th of it; the disk of `out`
 * needs 8 bytes for each line meanwhile. The finished file replaces `out` in one step.
 *
 * @throws ListUnreadable, FilterUnwritable
 */
export async function buildFilter({
  lists,
  out,
  minCount,
  falsePositiveBits,
  partBufferBytes = 1 << 16,
}: BuildOptions): Promise<FilterHeader> {
  const folder = `${out}.parts`;
  const unfinished = join(folder, 'filter');
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder);
  } catch (error) {
    throw new FilterUnwritable(`${out} cannot be written: the folder does not exist or is not writable`, {
      cause: error,
    });
  }
  try {
    const parts = new Parts(folder, partBufferBytes);
    let kind: HashKind | undefined;
    for (const list of lists) {
      kind = await readHashList(list, { kind, minCount, add: (high, low) => parts.add(high, low) });
    }
    if (kind === undefined || parts.count === 0) throw new ListUnreadable(`no hash in ${lists.join(', ')}`);
    parts.finish();
    const sourceDate = new Date(Math.max(...lists.map((list) => statSync(list).mtimeMs))).toISOString().slice(0, 10);
    const header = writeFilter(unfinished, parts, {
      kind,
      minCount,
      sourceDate,
      ...filterShape(parts.count, falsePositiveBits),
    });
    renameSync(unfinished, out);
    return header;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Hashes on disk by their first byte, unsorted. */
class Parts {
  count = 0;
  readonly #folder: string;
  readonly #files: number[];
  readonly #buffers: Buffer[];
  readonly #filled = new Uint32Array(PARTS);

  constructor(folder: string, bufferBytes: number) {
    this.#folder = folder;
    this.#files = Array.from({ length: PARTS }, (_, part) => openSync(this.#path(part), 'w'));
    this.#buffers = Array.from({ length: PARTS }, () => Buffer.allocUnsafe(bufferBytes));
  }

  add(high: number, low: number): void {
    const part = high >>> 24;
    const buffer = this.#buffers[part];
    if (buffer === undefined) return;
    const at = this.#filled[part] ?? 0;
    buffer.writeUInt32BE(high, at);
    buffer.writeUInt32BE(low, at + 4);
    this.#filled[part] = at + HASH_BYTES;
    this.count += 1;
    if (at + 2 * HASH_BYTES > buffer.length) this.#flush(part, buffer);
  }

  finish(): void {
    for (const [part, buffer] of this.#buffers.entries()) this.#flush(part, buffer);
    for (const file of this.#files) closeSync(file);
    this.#buffers.length = 0;
  }

  /** One part after the other, ascending and without repetitions, as halves of 64-bit numbers. */
  *sorted(): Generator<Uint32Array> {
    for (let part = 0; part < PARTS; part++) {
      const path = this.#path(part);
      const read = readFileSync(path);
      rmSync(path);
      // A copy of its own begins where numbers of 64 bits may.
      const bytes = Buffer.from(new Uint8Array(read).buffer);
      if (HIGH === 1) bytes.swap64();
      const numbers = new BigUint64Array(bytes.buffer).sort();
      yield new Uint32Array(numbers.buffer);
    }
  }

  #flush(part: number, buffer: Buffer): void {
    const filled = this.#filled[part] ?? 0;
    const file = this.#files[part];
    if (file !== undefined) writeWhole(file, buffer.subarray(0, filled));
    this.#filled[part] = 0;
  }

  #path(part: number): string {
    return join(this.#folder, String(part));
  }
}

function writeFilter(path: string, parts: Parts, shape: Omit<FilterHeader, 'count' | 'bytes'>): FilterHeader {
  const file = openSync(path, 'wx');
  try {
    const body = new Body(file);
    const buckets = 2 ** shape.bucketBits;
    const index = Buffer.alloc((buckets + 1) * INDEX_ENTRY_BYTES);
    const width = entryBytes(shape);
    let count = 0;
    let current = 0;
    let previous = -1;
    const begin = (bucket: number) => index.writeUIntBE(body.position, bucket * INDEX_ENTRY_BYTES, INDEX_ENTRY_BYTES);
    const finishUntil = (bucket: number) => {
      for (; current < bucket; current++) begin(current + 1);
    };
    begin(0);
    for (const halves of parts.sorted()) {
      for (let at = 0; at < halves.length; at += 2) {
        const { bucket, rest } = locateInFilter(shape, halves[at + HIGH] ?? 0, halves[at + 1 - HIGH] ?? 0);
        if (bucket !== current) {
          finishUntil(bucket);
          previous = -1;
        }
        // Two hashes may agree in all that is kept of them.
        if (rest === previous) continue;
        previous = rest;
        body.writeNumber(rest, width);
        count += 1;
      }
    }
    finishUntil(buckets);
    body.write(index);
    body.flush();
    const header = { ...shape, count, bytes: body.position };
    writeSync(file, writeHeader(header, body.crc), 0, HEADER_BYTES, 0);
    fsyncSync(file);
    return header;
  } finally {
    closeSync(file);
  }
}

/** What follows the header. */
class Body {
  /** In the file. */
  position = HEADER_BYTES;
  crc = 0;
  readonly #file: number;
  readonly #buffer = Buffer.allocUnsafe(WRITE_BYTES);
  #filled = 0;

  constructor(file: number) {
    this.#file = file;
    writeWhole(file, Buffer.alloc(HEADER_BYTES));
  }

  write(bytes: Buffer): void {
    if (this.#filled + bytes.length > WRITE_BYTES) this.flush();
    this.position += bytes.length;
    if (bytes.length > WRITE_BYTES) this.#put(bytes);
    else this.#filled += bytes.copy(this.#buffer, this.#filled);
  }

  writeNumber(value: number, width: number): void {
    if (this.#filled + width > WRITE_BYTES) this.flush();
    this.#filled = this.#buffer.writeUIntBE(value, this.#filled, width);
    this.position += width;
  }

  flush(): void {
    this.#put(this.#buffer.subarray(0, this.#filled));
    this.#filled = 0;
  }

  #put(bytes: Buffer): void {
    this.crc = crc32(bytes, this.crc);
    writeWhole(this.#file, bytes);
  }
}

/** A write may take less than there is. */
function writeWhole(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}
