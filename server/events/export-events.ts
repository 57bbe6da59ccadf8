import type { Actor } from '../kernel/actor.ts';
import type { ResourceId } from '../kernel/ids.ts';
import { isEventVisible, maySee, visibleResources } from '../kernel/policy.ts';
import { ArchiveUnavailable } from '../kernel/ports/audit-archive.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { fileFrom, hasExpired, readArchiveFile } from './archive-files.ts';
import { auditChainDocument, segmentDocument } from './documents.ts';
import { segmentLines, segmentsOfFile } from './log/archive-file.ts';
import { csvHeader, csvRow } from './log/event-csv.ts';
import { type AuditChain, emptyChain, headLine, type Segment } from './log/segment.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'signer' | 'archive'>;

interface ExportOptions {
  format: 'jsonl' | 'csv';
  /** Only segments after this one, to continue an earlier export. */
  after?: number | undefined;
}

/** Segments parsed and written per turn of the event loop. */
const BATCH_SIZE = 4;

/**
 * The account's chain as a stream of text, oldest first. JSON Lines carry the hashes and signatures that verify it and
 * end with a signed statement; CSV is for spreadsheets and omits events of resources that the administrator cannot see.
 */
export async function exportEvents(
  ports: Needs,
  actor: Actor,
  { format, after = 0 }: ExportOptions,
): Promise<Result<{ text: AsyncGenerator<string> }>> {
  if (!maySee(actor)) return refusal('FORBIDDEN');
  const visible = visibleResources(actor);
  // A chain with omitted events cannot be verified.
  if (visible && format === 'jsonl') return refusal('FORBIDDEN');
  const { account } = actor;
  const [stored] = await ports.store.getMany([auditChainDocument.key(account)], ports.clock.now());
  const chain = stored?.value ?? emptyChain(account);
  if (after > chain.number) return refusal('INPUT_INVALID', { detail: 'after: there is no such segment yet' });
  const first = Math.max(chain.first, after + 1);
  return { text: format === 'csv' ? table(ports, chain, first, visible) : lines(ports, chain, first) };
}

async function* lines(ports: Needs, chain: AuditChain, first: number): AsyncGenerator<string> {
  let previous = first === chain.first ? chain.firstPrevious : chain.hash;
  for await (const part of segmentsOf(ports, chain, first)) {
    // Verification finds the gap: the numbers and the hashes do not continue.
    if ('damaged' in part) continue;
    if (part.number === first) previous = part.previous;
    yield segmentLines(part);
  }
  const { account, number: last, hash } = chain;
  const at = ports.clock.now();
  yield `${headLine(await ports.signer.signStatement({ kind: 'head', account, first, previous, last, hash, at }))}\n`;
}

async function* table(
  ports: Needs,
  chain: AuditChain,
  first: number,
  visible: ReadonlySet<ResourceId> | undefined,
): AsyncGenerator<string> {
  // With the first rows: an export that cannot begin is refused.
  let header = csvHeader();
  for await (const part of segmentsOf(ports, chain, first)) {
    if ('damaged' in part) {
      throw new ArchiveUnavailable(`segments ${part.damaged} of the audit archive are missing or damaged`);
    }
    const rows = part.records.filter(({ event }) => isEventVisible(visible, event)).map(csvRow);
    yield header + rows.join('');
    header = '';
  }
  if (header !== '') yield header;
}

/**
 * The segments of store and archive, in order. One that moves to the archive meanwhile is found there.
 *
 * @throws if a segment was removed meanwhile because it expired: an export with a gap must not look complete.
 */
async function* segmentsOf(
  ports: Pick<Ports, 'store' | 'clock' | 'archive'>,
  { account, number: last }: AuditChain,
  first: number,
): AsyncGenerator<Segment | { damaged: string }> {
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
    const text = await readArchiveFile(ports, file);
    if (text === undefined && (await hasExpired(ports, file))) throw new Error(`segment ${from} is not there any more`);
    if (text === undefined) yield { damaged: `${from} to ${file.last}` };
    else yield* segmentsOfFile(text).filter(({ number }) => number >= from && number <= last);
    from = file.last + 1;
  }
}
