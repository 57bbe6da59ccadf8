import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { HASH_KINDS } from './password-digest.ts';

/*
 * A filter keeps the first `bits` bits of each hash: sorted, in buckets by their first `bucketBits` bits. The rest of a
 * hash is a big-endian number of two to four bytes. The file is
 *
 *   1024 bytes   header: a line that names format and version, a line of JSON, a line with a CRC-32; then spaces
 *   buckets      one after the other
 *   index        6 bytes for each bucket and one more: where it begins, from the start of the file, big-endian
 *
 * The CRC-32 is that of buckets, index and the line of JSON. It finds damage; who may write the file is trusted.
 */

export const HEADER_BYTES = 1024;
export const INDEX_ENTRY_BYTES = 6;
const MAGIC = 'countersign breached passwords, version ';
const VERSION = 1;

/** An unlisted password is taken for a listed one once in 2^this. */
export const DEFAULT_FALSE_POSITIVE_BITS = 17;
export const [MIN_FALSE_POSITIVE_BITS, MAX_FALSE_POSITIVE_BITS] = [7, 20];

const headerSchema = z.strictObject({
  kind: z.enum(HASH_KINDS),
  /** Different hashes. */
  count: z.int().min(1),
  bits: z.int().min(1).max(52),
  bucketBits: z.int().min(0).max(32),
  /** Hashes seen less often in breaches were left out. */
  minCount: z.int().min(1),
  /** When the newest list was written, as YYYY-MM-DD. */
  sourceDate: z.iso.date(),
  /** Of the whole file. */
  bytes: z.int().min(HEADER_BYTES),
});

export type FilterHeader = z.output<typeof headerSchema>;

/** The lengths for so many hashes. @param falsePositiveBits see {@link DEFAULT_FALSE_POSITIVE_BITS} */
export function filterShape(hashes: number, falsePositiveBits: number): Pick<FilterHeader, 'bits' | 'bucketBits'> {
  const bits = Math.ceil(Math.log2(hashes)) + falsePositiveBits;
  // Whole bytes, and some hundred entries in a bucket at least, so that the index stays small beside them.
  const restBits = 8 * Math.ceil((falsePositiveBits + 7) / 8);
  return { bits, bucketBits: Math.max(0, bits - restBits) };
}

/** Bytes of an entry in its bucket. */
export function entryBytes({ bits, bucketBits }: Pick<FilterHeader, 'bits' | 'bucketBits'>): number {
  return Math.ceil((bits - bucketBits) / 8);
}

/** The share of unlisted passwords that are taken for listed ones: a random hash meets one of `count` of 2^bits. */
export function falsePositiveRate({ count, bits }: Pick<FilterHeader, 'count' | 'bits'>): number {
  return count / 2 ** bits;
}

/** Where a hash belongs: its bucket, and what of it the bucket keeps. @param high its first 32 bits @param low the next 32 */
export function locateInFilter(
  { bits, bucketBits }: Pick<FilterHeader, 'bits' | 'bucketBits'>,
  high: number,
  low: number,
): { bucket: number; rest: number } {
  const kept =
    bits <= 32 ? Math.floor(high / 2 ** (32 - bits)) : high * 2 ** (bits - 32) + Math.floor(low / 2 ** (64 - bits));
  const size = 2 ** (bits - bucketBits);
  const bucket = Math.floor(kept / size);
  return { bucket, rest: kept - bucket * size };
}

/** @param bodyCrc CRC-32 of buckets and index */
export function writeHeader(header: FilterHeader, bodyCrc: number): Buffer {
  const json = JSON.stringify(header);
  const text = `${MAGIC}${VERSION}\n${json}\n${crc32(json, bodyCrc)}\n`;
  return Buffer.from(text.padEnd(HEADER_BYTES - 1).concat('\n'), 'latin1');
}

/** The header, with the CRC-32 that it states; or what is wrong with it. */
export function readHeader(bytes: Buffer): { header: FilterHeader; json: string; crc: number } | { problem: string } {
  const [first = '', json = '', crc = ''] = bytes.toString('latin1').split('\n');
  if (!first.startsWith(MAGIC)) return { problem: 'is not a filter of breached passwords' };
  if (first !== `${MAGIC}${VERSION}`) return { problem: 'is of another version: build it again' };
  const header = headerSchema.safeParse(parseJson(json));
  if (!header.success || !/^\d{1,10}$/.test(crc)) return { problem: 'has a damaged header' };
  return { header: header.data, json, crc: Number(crc) };
}

/** Where the index begins. */
export function indexStart({ bytes, bucketBits }: Pick<FilterHeader, 'bytes' | 'bucketBits'>): number {
  return bytes - (2 ** bucketBits + 1) * INDEX_ENTRY_BYTES;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
