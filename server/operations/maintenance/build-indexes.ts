import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { mapConcurrent } from '../../kernel/map-concurrent.ts';
import type { Ports } from '../../kernel/ports/ports.ts';
import type { DocumentKey, ScannedRecord, Stored } from '../../kernel/ports/store.ts';
import { indexBuildDocument } from '../../store/documents.ts';
import { INDEX_VERSION, type IndexBuild } from '../../store/index-build.ts';
import { transact } from '../../store/transact.ts';
import { processesDocument } from '../processes/documents.ts';
import { liveProcesses, type ProcessRegistry } from '../processes/process-registry.ts';
import { CATALOGUE } from './catalogue.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'random'>;

const PAGE = 200;
/** Few, as sign-ins come first. */
const CONCURRENCY = 4;

/**
 * Adds the index entries that documents of an older version lack. The position is in the store, so a restart continues
 * there; of two at once one stops. While a process of a version without these indexes runs it does nothing: what that
 * writes next would lack them. When such a process starts, it resets the position (`register-process.ts`).
 *
 * @param isStopped checked between the pages
 */
export async function buildIndexes(ports: Needs, isStopped: () => boolean = () => false): Promise<void> {
  const key = indexBuildDocument.key();
  const keys = [key, processesDocument.key()] as const;
  const [stored, running] = await ports.store.getMany(keys, ports.clock.now());
  let build = progressOf(stored);
  if (isOfNewer(stored) || isOlderRunning(running?.value, ports.clock.now())) return;
  while (build.finishedAt === undefined && !isStopped()) {
    const { after } = build;
    const { records, next } = await ports.store.scan(after, PAGE);
    await mapConcurrent(records, CONCURRENCY, (record) => addEntries(ports, record));
    const progress = {
      version: INDEX_VERSION,
      ...omitUndefined({ after: next }),
      ...(next === undefined && { finishedAt: ports.clock.now() }),
    };
    const isNext = await transact(ports, key.anchor, keys, ([current, registry], now) => {
      const { after: position, finishedAt } = progressOf(current);
      const isOurs = !isOfNewer(current) && !isOlderRunning(registry?.value, now);
      return isOurs && position === after && finishedAt === undefined
        ? { answer: true, write: { put: [{ key, value: progress }] } }
        : { answer: false };
    });
    if (!isNext) return;
    build = progress;
  }
}

/** Has the entries of every document added again. Until then, lists use the indexes that older versions wrote too. */
export async function restartIndexBuild(ports: Needs): Promise<void> {
  const key = indexBuildDocument.key();
  await transact(ports, key.anchor, [key], () => ({ answer: undefined, write: { delete: [key] } }));
}

/** Its indexes include those of this version, and it will build them. */
function isOfNewer(stored: Stored<IndexBuild> | undefined): boolean {
  return stored !== undefined && stored.value.version > INDEX_VERSION;
}

function isOlderRunning(registry: ProcessRegistry | undefined, now: number): boolean {
  return liveProcesses(registry, now).some(({ indexes }) => indexes < INDEX_VERSION);
}

function progressOf(stored: Stored<IndexBuild> | undefined): IndexBuild {
  return stored?.value.version === INDEX_VERSION ? stored.value : { version: INDEX_VERSION };
}

/** Of the document as it is now, as it may have changed since the scan. */
async function addEntries(ports: Needs, record: ScannedRecord): Promise<void> {
  if (record.kind !== 'document') return;
  const document = CATALOGUE.documentOf(record.key);
  if (document === undefined || document.indexes(record.value).length === 0) return;
  const key: DocumentKey = { ...record.key, document };
  await transact(ports, key.anchor, [key], ([current]) => {
    if (!current) return { answer: undefined };
    const index = document.indexes(current.value).map(({ index, entry }) => ({ index, add: entry }));
    return { answer: undefined, write: { index } };
  });
}
