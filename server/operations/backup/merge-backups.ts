import { type BackupSeries, DIGEST_LENGTH } from '@countersign/protocol/backup-text';
import { DigestTable, halvesOf } from '@countersign/protocol/digest-table';
import { consumerDocument } from '../../events/documents.ts';
import { CATALOGUE } from '../maintenance/catalogue.ts';
import { type BackupTrust, lineSumsOf } from './backup-mac.ts';
import {
  type BackupHeader,
  BackupInvalid,
  type BackupRecord,
  type IncrementRecord,
  readRecords,
  type UnprovenHeader,
} from './backup-records.ts';
import { digestOf, keyOf } from './record-digest.ts';

/** A backup that can be read again and again. */
export interface BackupFile {
  /** For people. */
  readonly name: string;
  readonly open: () => AsyncIterable<string>;
}

interface TrustedFile extends BackupFile {
  readonly trust: BackupTrust;
  /** As it was read first. No two backups have the same: each has a MAC of its own. */
  readonly header?: BackupHeader;
}

interface FileOfSeries extends TrustedFile {
  readonly header: BackupHeader;
  readonly series: BackupSeries;
}

/**
 * Reads a full backup and the increments after it, in any order, as the full one that would have been made instead of
 * the last of them. So all rules of a restore apply to that moment (SR-62). Needs memory only for what the increments
 * hold. Each line of each file is verified before it is used (SR-86).
 *
 * @throws BackupInvalid if they are not one series without a gap. While it is read: if a file is not as it was written,
 *   or does not follow the one before
 */
export async function mergeBackups(
  files: readonly BackupFile[],
  trust: BackupTrust,
): Promise<() => AsyncGenerator<BackupRecord>> {
  const headed: (TrustedFile & { header: BackupHeader })[] = [];
  // One after the other: a passphrase takes much memory.
  for (const file of files) {
    const trusted = { ...file, trust };
    headed.push({ ...trusted, header: await readHeader(trusted) });
  }
  const [only] = headed;
  if (only && headed.length === 1) {
    if (only.header.backup === 2) throw new BackupInvalid(`${only.name} is an increment: ${NEEDS_FULL}`);
    return () => readFull(only);
  }
  const series = inOrder(headed);
  return () => readSeries(series);
}

const NEEDS_FULL = 'give the full backup and all increments between them too';

async function readHeader(file: TrustedFile): Promise<BackupHeader> {
  for await (const record of recordsOf(file)) if ('backup' in record) return record;
  throw new BackupInvalid(`${file.name} is not a backup`);
}

async function* recordsOf(
  { name, open, trust, header }: TrustedFile,
  onEnd?: (sum: string) => void,
): AsyncGenerator<IncrementRecord> {
  try {
    const sumsOf = (found: UnprovenHeader) => {
      if (header && JSON.stringify(found) !== JSON.stringify(header)) {
        throw new BackupInvalid('it was replaced while it was read');
      }
      return lineSumsOf(found, trust);
    };
    yield* readRecords(open(), { sumsOf, ...(onEnd && { onEnd }) });
  } catch (error) {
    throw error instanceof BackupInvalid ? new BackupInvalid(`${name}: ${error.message}`, { cause: error }) : error;
  }
}

/** @throws BackupInvalid */
function inOrder(files: readonly (TrustedFile & { header: BackupHeader })[]): FileOfSeries[] {
  const [full, another] = files.filter(({ header }) => header.backup === 1);
  if (!full) throw new BackupInvalid(`none of the files is a full backup: ${NEEDS_FULL}`);
  if (another) {
    throw new BackupInvalid(`${full.name} and ${another.name} are full backups: give one and the increments after it`);
  }
  const of = full.header.series;
  if (!of) throw new BackupInvalid(`${full.name} was made without --state: no increment follows it`);
  const all = files.map((file): FileOfSeries => {
    const { series } = file.header;
    if (series?.id !== of.id || series.salt !== of.salt || file.header.partitions !== full.header.partitions) {
      throw new BackupInvalid(`${file.name} follows another full backup than ${full.name}`);
    }
    return { ...file, series };
  });
  all.sort((a, b) => a.series.number - b.series.number || a.header.at - b.header.at);
  for (const [at, { name, series }] of all.entries()) {
    const before = all[at - 1];
    if (series.number === before?.series.number) {
      throw new BackupInvalid(
        `${before.name} and ${name} follow the same backup: leave out the earlier, ${before.name}`,
      );
    }
    if (series.number !== at) throw new BackupInvalid(`between ${before?.name} and ${name} an increment is missing`);
  }
  return all;
}

async function* readFull(file: TrustedFile): AsyncGenerator<BackupRecord> {
  for await (const record of recordsOf(file)) if (!('gone' in record || 'first' in record)) yield record;
}

/**
 * Heads come first, as in one backup, then the newest of each record. Events are in the order of their numbers, so those
 * of the increments come after all of the full one.
 */
async function* readSeries(files: readonly FileOfSeries[]): AsyncGenerator<BackupRecord> {
  const newest = files.at(-1);
  if (!newest) return;
  const { series: _, ...header } = newest.header;
  const hasExpired = (record: BackupRecord) => 'x' in record && (record.x ?? Number.POSITIVE_INFINITY) <= header.at;
  yield { ...header, backup: 1 };

  const fromNewest = [...files.keys()].reverse();
  const firsts = new Map<number, number>();
  const heads = new NewestRecords(newest.series.salt);
  for (const at of fromNewest) {
    for await (const record of readFile(files, at)) {
      if (at === 0 && !('backup' in record) && !isHead(record)) break;
      if ('first' in record && at === files.length - 1) firsts.set(record.s, record.first);
      if ('gone' in record) heads.remove(record.gone, at);
      else if (isHead(record) && heads.isNewest(record, at)) yield record;
    }
  }

  const events = new EventOrder(firsts);
  const others = new NewestRecords(newest.series.salt);
  for (const at of fromNewest) {
    for await (const record of readFile(files, at)) {
      if ('gone' in record) others.remove(record.gone, at);
      else if ('s' in record) {
        if (at === 0) yield* events.next(record);
      } else if ('b' in record) {
        // What expired during an earlier walk is gone.
        if (at === files.length - 1) yield record;
      } else if (keyOf(record) && !isHead(record) && others.isNewest(record, at) && !hasExpired(record)) yield record;
    }
  }
  for (const at of files.keys()) {
    if (at === 0) continue;
    for await (const record of readFile(files, at)) if ('s' in record) yield* events.next(record);
  }
}

/** @throws BackupInvalid at its end, if the next file follows another one */
async function* readFile(files: readonly FileOfSeries[], at: number): AsyncGenerator<IncrementRecord> {
  const [file, next] = [files[at], files[at + 1]];
  if (!file) return;
  let sum = '';
  const atEnd = (found: string) => {
    sum = found;
  };
  yield* recordsOf(file, atEnd);
  if (next && next.series.follows !== sum) {
    throw new BackupInvalid(`${next.name} does not follow ${file.name}, but another backup made at the same point`);
  }
}

/** Also the positions of consumers, which come before everything. */
function isHead(record: IncrementRecord): record is Extract<BackupRecord, { d: unknown }> {
  if (!('d' in record)) return false;
  const document = CATALOGUE.documentOf({ anchor: record.d[0], name: record.d[1] });
  return document === consumerDocument || document?.isHead === true;
}

/** Of records that are read from the newest file to the oldest. */
class NewestRecords {
  readonly #salt: string;
  /** The file that decided about a record, plus one. */
  readonly #decided = new DigestTable();

  constructor(salt: string) {
    this.#salt = salt;
  }

  /** False if a newer file holds the record, or knows that it is gone. A file may hold it twice. */
  isNewest(record: IncrementRecord, file: number): record is BackupRecord {
    const key = keyOf(record);
    if (!key) return false;
    const [high, low] = halvesOf(digestOf(this.#salt, key));
    const decided = this.#decided.get(high, low);
    if (decided === 0 && file > 0) this.#decided.set(high, low, file + 1);
    return decided === 0 || decided === file + 1;
  }

  remove(digests: string, file: number): void {
    for (let at = 0; at < digests.length; at += DIGEST_LENGTH) {
      const [high, low] = halvesOf(digests.slice(at, at + DIGEST_LENGTH));
      if (this.#decided.get(high, low) === 0) this.#decided.set(high, low, file + 1);
    }
  }
}

/** A file begins with events that the one before already has, and the store may have dropped some since. */
class EventOrder {
  readonly #firsts: ReadonlyMap<number, number>;
  readonly #lasts = new Map<number, number>();

  constructor(firsts: ReadonlyMap<number, number>) {
    this.#firsts = firsts;
  }

  *next(record: Extract<IncrementRecord, { s: number }>): Generator<BackupRecord> {
    if ('first' in record) return;
    const last = this.#lasts.get(record.s) ?? 0;
    if ('last' in record) {
      this.#lasts.set(record.s, Math.max(last, record.last));
      yield { ...record, last: Math.max(last, record.last) };
    } else if (record.n > last) {
      this.#lasts.set(record.s, record.n);
      if (record.n >= (this.#firsts.get(record.s) ?? 0)) yield record;
    }
  }
}
