import { createHmac } from 'node:crypto';
import { type BackupSeries, SUM_LENGTH, summedText } from '@countersign/protocol/backup-text';
import { CodedError } from '@countersign/protocol/coded-error';
import type { ArchiveFile } from '../../events/log/archive-file.ts';
import type { AccountId } from '../../kernel/ids.ts';
import type { ProcessRegistry } from '../processes/process-registry.ts';

/** The first line of a backup. */
export interface BackupHeader {
  /** 1: a full backup. 2: an increment. */
  backup: 1 | 2;
  partitions: number;
  at: number;
  /** The form of documents that a version has to know, and the first version that required it. */
  required?: ProcessRegistry['required'];
  /** If increments can follow it, or if it is one. */
  series?: BackupSeries;
  /** Names the key of the lines' MACs. */
  mac: BackupMac;
}

/** The master key under which a backup carries its MAC, and what makes the key of this backup differ (SR-86). */
export interface BackupMac {
  keyId: string;
  nonce: string;
}

/** A header that someone else may have written. */
export type UnprovenHeader = Partial<BackupHeader>;

/** A line of a backup. The field names are short, because there is a line for every stored item. */
export type BackupRecord =
  | BackupHeader
  /** A document: anchor and name, value, expiry. */
  | { d: readonly [string, string]; v: unknown; x?: number }
  /** An index entry: index, sort text and id, partition. */
  | { i: string; e: readonly [string, string]; p: number }
  /** An archive file and its text, which is absent if it was missing or damaged. */
  | { a: ArchiveFile; t?: string }
  /** The first retained segment of an account, and what it continues from, if it changed while the backup ran. */
  | { b: AccountId; f: number; h: string }
  /** An event: partition, sequence. */
  | { s: number; n: number; v: unknown }
  /** The last sequence of a partition. */
  | { s: number; last: number }
  /** The number of lines before this one. */
  | { end: number };

/** A line of an increment. */
export type IncrementRecord =
  | BackupRecord
  /** The first event of a partition that the store still has. */
  | { s: number; first: number }
  /** Digests of the records that are gone since the backup before, one after the other. */
  | { gone: string };

/** The data is not a backup, or is incomplete. Nothing has been written. */
export class BackupInvalid extends CodedError {
  readonly code = 'BACKUP_INVALID';
}

/** MACs of lines, each over everything before it too: a line that was changed, dropped, added or moved breaks the rest. */
export class LineSums {
  readonly #key: Uint8Array;
  #last = '';

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  next(json: string): string {
    const mac = createHmac('sha256', this.#key).update(summedText(this.#last, json));
    this.#last = mac.digest('base64url').slice(0, SUM_LENGTH);
    return this.#last;
  }
}

const READABLE: ReadonlySet<number> = new Set([1, 2]);

/** `<sum> <JSON>`, without a line end; JSON has none inside. */
export function writeLine(sums: LineSums, record: IncrementRecord): string {
  const json = JSON.stringify(record);
  return `${sums.next(json)} ${json}`;
}

interface ReadOptions {
  /** What the lines are checked with. @throws BackupInvalid for a backup that must not be read */
  sumsOf: (header: UnprovenHeader) => LineSums;
  /** Gets the MAC of the whole. */
  onEnd?: (sum: string) => void;
}

/**
 * The records of a backup, checked line by line before any of them is returned; only the last line proves that the
 * backup is complete.
 *
 * @throws BackupInvalid with the number of the invalid line
 */
export async function* readRecords(
  lines: AsyncIterable<string>,
  { sumsOf, onEnd }: ReadOptions,
): AsyncGenerator<IncrementRecord> {
  let sums: LineSums | undefined;
  let number = 0;
  let ended = false;
  for await (const line of lines) {
    number += 1;
    if (ended) throw new BackupInvalid(`line ${number}: there is data after the end`);
    const json = line.slice(SUM_LENGTH + 1);
    sums ??= sumsOf(parseHeader(json));
    if (line[SUM_LENGTH] !== ' ' || sums.next(json) !== line.slice(0, SUM_LENGTH)) {
      throw new BackupInvalid(`line ${number} of the backup was changed or damaged: use another copy`);
    }
    const record = JSON.parse(json) as IncrementRecord;
    if ('end' in record) {
      if (record.end !== number - 1) throw new BackupInvalid(`line ${number}: lines are missing`);
      ended = true;
      onEnd?.(line.slice(0, SUM_LENGTH));
    }
    yield record;
  }
  if (!ended) throw new BackupInvalid('the backup was cut off: use another copy');
}

/** Nothing proves it yet: it says which key does. */
function parseHeader(json: string): UnprovenHeader {
  try {
    const header: unknown = JSON.parse(json);
    if (isHeader(header)) return header;
  } catch (error) {
    // Damaged, or another file: the same advice.
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new BackupInvalid('this is not a backup that this version can read');
}

function isHeader(value: unknown): value is UnprovenHeader {
  return typeof value === 'object' && value !== null && 'backup' in value && READABLE.has(Number(value.backup));
}
