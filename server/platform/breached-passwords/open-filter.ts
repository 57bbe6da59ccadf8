import { closeSync, fstatSync, openSync, read } from 'node:fs';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { CodedError } from '@countersign/protocol/coded-error';
import {
  entryBytes,
  type FilterHeader,
  HEADER_BYTES,
  INDEX_ENTRY_BYTES,
  indexStart,
  locateInFilter,
  readHeader,
} from './filter-format.ts';
import { hashForList } from './password-digest.ts';

/** The file is missing or damaged. The message names it and what to do. */
export class FilterUnusable extends CodedError {
  readonly code = 'BREACHED_PASSWORDS_UNUSABLE';
}

export interface OpenFilter {
  readonly header: FilterHeader;
  has(password: string): Promise<boolean>;
  close(): void;
}

const CHECK_BYTES = 4 << 20;
const readFile = promisify(read);

/**
 * Opens a filter file, and reads all of it once: a damaged one would let breached passwords through. The system keeps
 * what is read in its memory, for all processes, so that a lookup is two short reads off the event loop. Every process
 * keeps the file that it opened: replace it by renaming another over it.
 *
 * @throws FilterUnusable
 */
export async function openFilter(path: string): Promise<OpenFilter> {
  const refuse = (problem: string, cause?: unknown) =>
    new FilterUnusable(`the file of breached passwords ${path} ${problem}`, { cause });
  let file: number | undefined;
  try {
    // A number, since a service never closes it: a `FileHandle` would be closed with a warning when its owner is gone.
    file = openSync(path, 'r');
    const opened = file;
    const header = await checkFile(opened);
    if ('problem' in header) throw refuse(header.problem);
    return { header, has: (password) => hasPassword(opened, header, password), close: () => closeSync(opened) };
  } catch (error) {
    if (file !== undefined) closeSync(file);
    throw error instanceof FilterUnusable ? error : refuse('cannot be read', error);
  }
}

async function checkFile(file: number): Promise<FilterHeader | { problem: string }> {
  const { size } = fstatSync(file);
  const stated = readHeader(await readAt(file, 0, Math.min(size, HEADER_BYTES)));
  if ('problem' in stated) return stated;
  const { header, json, crc } = stated;
  const isWhole = size === header.bytes && indexStart(header) >= HEADER_BYTES && header.bucketBits <= header.bits;
  if (!isWhole) return { problem: `has ${size} bytes instead of ${header.bytes}: copy or build it again` };
  let sum = 0;
  for (let at = HEADER_BYTES; at < size; at += CHECK_BYTES) {
    sum = crc32(await readAt(file, at, Math.min(CHECK_BYTES, size - at)), sum);
  }
  return crc32(json, sum) === crc ? header : { problem: 'is damaged: copy or build it again' };
}

async function hasPassword(file: number, header: FilterHeader, password: string): Promise<boolean> {
  const hash = hashForList(header.kind, password);
  const { bucket, rest } = locateInFilter(header, hash.readUInt32BE(0), hash.readUInt32BE(4));
  const entry = await readAt(file, indexStart(header) + bucket * INDEX_ENTRY_BYTES, 2 * INDEX_ENTRY_BYTES);
  const start = entry.readUIntBE(0, INDEX_ENTRY_BYTES);
  const end = entry.readUIntBE(INDEX_ENTRY_BYTES, INDEX_ENTRY_BYTES);
  return hasNumber(await readAt(file, start, end - start), entryBytes(header), rest);
}

/** Whether a number is among ascending ones of `width` bytes each. */
export function hasNumber(numbers: Buffer, width: number, wanted: number): boolean {
  let from = 0;
  let to = numbers.length / width;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const number = numbers.readUIntBE(middle * width, width);
    if (number === wanted) return true;
    if (number < wanted) from = middle + 1;
    else to = middle;
  }
  return false;
}

/** @throws if the file has become shorter */
async function readAt(file: number, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await readFile(file, bytes, done, length - done, position + done);
    if (bytesRead === 0) throw new Error('the file has become shorter');
    done += bytesRead;
  }
  return bytes;
}
