import type { ArchiveReadPorts } from '../kernel/ports/ports.ts';
import { fileFrom, hasExpired, readArchiveFile } from './archive-files.ts';
import { segmentDocument } from './documents.ts';
import { segmentsOfFile } from './log/archive-file.ts';
import { mayContainAll } from './log/id-filter.ts';
import type { SearchTerm } from './log/search-terms.ts';
import type { AuditChain, Segment } from './log/segment.ts';

/** Segments parsed and written per turn of the event loop. */
const BATCH_SIZE = 4;

/** Segments whose archive file is missing or damaged. */
interface DamagedFile {
  readonly damaged: { readonly from: number; readonly to: number };
}

/** Segments of an archive file in which no record has the terms. */
interface SkippedFile {
  readonly skipped: { readonly to: number };
}

/**
 * The segments of store and archive, in order. One that moves to the archive meanwhile is found there.
 *
 * @throws if a segment was removed meanwhile because it expired: a gap must not go unnoticed.
 */
export async function* readSegments(
  ports: ArchiveReadPorts,
  { account, number: last }: AuditChain,
  first: number,
): AsyncGenerator<Segment | DamagedFile> {
  for await (const part of searchSegments(ports, { account, number: last }, first, [])) {
    if (!('skipped' in part)) yield part;
  }
}

/** {@link readSegments} without reading archive files in which no record has all of these terms. */
export async function* searchSegments(
  ports: ArchiveReadPorts,
  { account, number: last }: Pick<AuditChain, 'account' | 'number'>,
  first: number,
  terms: readonly SearchTerm[],
): AsyncGenerator<Segment | DamagedFile | SkippedFile> {
  for (let from = first; from <= last; ) {
    const numbers = Array.from({ length: Math.min(BATCH_SIZE, last - from + 1) }, (_, at) => from + at);
    const stored = await ports.store.getMany(
      numbers.map((number) => segmentDocument.key(account, number)),
      ports.clock.now(),
    );
    for (const one of stored) {
      if (one?.value.number !== from) break;
      yield one.value;
      from += 1;
    }
    if (stored[0]) continue;
    const file = await fileFrom(ports, account, from);
    if (!file || file.first > from) throw new Error(`segment ${from} is not there any more`);
    if (!mayContainAll(file.ids, terms)) {
      yield { skipped: { to: file.last } };
      from = file.last + 1;
      continue;
    }
    const read = await readArchiveFile(ports, file);
    if (!read && (await hasExpired(ports, file))) throw new Error(`segment ${from} is not there any more`);
    if (!read) yield { damaged: { from, to: file.last } };
    else yield* segmentsOfFile(read.text).filter(({ number }) => number >= from && number <= last);
    from = file.last + 1;
  }
}
