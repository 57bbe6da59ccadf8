import { createHmac, timingSafeEqual } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DigestTable } from '@countersign/protocol/digest-table';
import { UsageError } from '../connection/service.ts';

/**
 * What an increment needs to know of the backup before: which records it has. The digests reveal nothing without the
 * salt, which only the backup and the store have, so the file holds no secrets.
 */
export interface BackupState extends StateHead {
  digests: DigestTable;
}

interface StateHead {
  /** Names the backup for the service. */
  point: string;
  /** The checksum at its end. */
  sum: string;
}

/** A state from a file, until the salt of its series proves that it is as it was written. */
export interface UnprovenState {
  readonly head: StateHead;
  /** @throws UsageError */
  prove(salt: string): BackupState;
}

const MAGIC = 'countersign-backup-state 1 ';
const MAX_HEAD_BYTES = 1024;
const MAC_BYTES = 32;
const DIGEST_BYTES = 8;
/** A store with more new records costs the table a step of its growth. */
const EXPECTED_GROWTH = 1.1;
/** Digests that are written at once. */
const PAGE = 8192;

/** In the table: a record of the earlier backup, or of this one. */
export const EARLIER = 1;
export const PRESENT = 2;
/** It was in the earlier backup, and is not in this one. */
export const GONE = 3;

/** @throws UsageError if there is none, or the file is another one */
export async function readState(file: string): Promise<UnprovenState> {
  const content = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${file} cannot be read: ${error.code}. Make a full backup with --state`);
  });
  return parseState(file, content);
}

/** @throws UsageError */
export function parseState(file: string, content: Buffer): UnprovenState {
  const start = content.indexOf('\n') + 1;
  const head = parseHead(content.toString('latin1', 0, Math.min(start, MAX_HEAD_BYTES)));
  const digests = content.subarray(start, -MAC_BYTES);
  const isWhole = head && content.length >= start + MAC_BYTES && digests.length % DIGEST_BYTES === 0;
  if (!isWhole)
    throw new UsageError(`${file} is not the state of a backup, or was cut off: make a full backup with --state`);
  const prove = (salt: string): BackupState => {
    const mac = createHmac('sha256', salt).update(content.subarray(0, -MAC_BYTES)).digest();
    if (!timingSafeEqual(mac, content.subarray(-MAC_BYTES))) {
      throw new UsageError(`${file} was changed or damaged: make a full backup with --state`);
    }
    const table = new DigestTable((digests.length / DIGEST_BYTES) * EXPECTED_GROWTH);
    for (let at = 0; at < digests.length; at += DIGEST_BYTES) {
      table.set(digests.readUInt32BE(at), digests.readUInt32BE(at + 4), EARLIER);
    }
    return { ...head, digests: table };
  };
  return { head, prove };
}

/** Writes the state of a backup and ends the stream. */
export async function writeState(to: Writable, { digests, ...head }: BackupState, salt: string): Promise<void> {
  const mac = createHmac('sha256', salt);
  async function* content() {
    for (const piece of pieces(head, digests)) {
      mac.update(piece);
      yield piece;
    }
    yield mac.digest();
  }
  await pipeline(Readable.from(content(), { objectMode: false }), to);
}

function* pieces({ point, sum }: StateHead, digests: DigestTable): Generator<Buffer> {
  yield Buffer.from(`${MAGIC}${JSON.stringify({ point, sum })}\n`);
  let page = Buffer.alloc(PAGE * DIGEST_BYTES);
  let length = 0;
  for (const [high, low, value] of digests.entries()) {
    if (value === GONE) continue;
    page.writeUInt32BE(high, length);
    page.writeUInt32BE(low, length + 4);
    length += DIGEST_BYTES;
    if (length < page.length) continue;
    yield page;
    page = Buffer.alloc(PAGE * DIGEST_BYTES);
    length = 0;
  }
  yield page.subarray(0, length);
}

/**
 * Fails if the state is of another backup by now, or the file is something else. Undefined: there may be none yet.
 *
 * @throws UsageError
 */
export async function assertReplaceable(file: string, point: string | undefined): Promise<void> {
  const handle = await open(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && point === undefined) return undefined;
    throw new UsageError(`${file} cannot be read: ${error.code}`);
  });
  if (!handle) return;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_HEAD_BYTES), 0, MAX_HEAD_BYTES, 0);
    const head = parseHead(buffer.toString('latin1', 0, bytesRead));
    if (!head) throw new UsageError(`${file} exists, and is not the state of a backup: choose another name`);
    if (point !== undefined && head.point !== point) {
      throw new UsageError(`another backup has changed ${file} meanwhile: run this again`);
    }
  } finally {
    await handle.close();
  }
}

function parseHead(text: string): StateHead | undefined {
  const [line = ''] = text.split('\n', 1);
  if (!line.startsWith(MAGIC)) return undefined;
  try {
    const { point, sum } = JSON.parse(line.slice(MAGIC.length)) as Partial<StateHead>;
    return typeof point === 'string' && typeof sum === 'string' ? { point, sum } : undefined;
  } catch {
    return undefined;
  }
}
