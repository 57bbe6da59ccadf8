import type { Actor } from '../kernel/actor.ts';
import type { ResourceId } from '../kernel/ids.ts';
import { isEventVisible, maySee, visibleResources } from '../kernel/policy.ts';
import { ArchiveUnavailable } from '../kernel/ports/audit-archive.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { auditChainDocument } from './documents.ts';
import { type EventFilter, matchesFilter } from './list-events.ts';
import { segmentLines } from './log/archive-file.ts';
import { csvHeader, csvRow } from './log/event-csv.ts';
import { type AuditChain, emptyChain, headLine } from './log/segment.ts';
import { readSegments } from './read-segments.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'signer' | 'archive'>;

interface ExportOptions {
  format: 'jsonl' | 'csv';
  /** Only segments after this one, to continue an earlier export. */
  after?: number | undefined;
  /** Only of a table: a chain with omitted events cannot be verified. */
  filter?: EventFilter;
}

/**
 * The account's chain as a stream of text, oldest first. JSON Lines carry the hashes and signatures that verify it and
 * end with a signed statement; CSV is for spreadsheets and omits events of resources that the administrator cannot see.
 */
export async function exportEvents(
  ports: Needs,
  actor: Actor,
  { format, after = 0, filter = {} }: ExportOptions,
): Promise<Result<{ text: AsyncGenerator<string> }>> {
  if (!maySee(actor)) return refusal('FORBIDDEN');
  const visible = visibleResources(actor);
  // A chain with omitted events cannot be verified.
  if (visible && format === 'jsonl') return refusal('FORBIDDEN');
  if (format === 'jsonl' && Object.values(filter).some((value) => value !== undefined)) {
    return refusal('INPUT_INVALID', { detail: 'format: only csv can be filtered' });
  }
  const { account } = actor;
  const [stored] = await ports.store.getMany([auditChainDocument.key(account)], ports.clock.now());
  const chain = stored?.value ?? emptyChain(account);
  if (after > chain.number) return refusal('INPUT_INVALID', { detail: 'after: there is no such segment yet' });
  const first = Math.max(chain.first, after + 1);
  return { text: format === 'csv' ? table(ports, chain, first, { visible, filter }) : lines(ports, chain, first) };
}

async function* lines(ports: Needs, chain: AuditChain, first: number): AsyncGenerator<string> {
  let previous = first === chain.first ? chain.firstPrevious : chain.hash;
  for await (const part of readSegments(ports, chain, first)) {
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
  { visible, filter }: { visible: ReadonlySet<ResourceId> | undefined; filter: EventFilter },
): AsyncGenerator<string> {
  // With the first rows: an export that cannot begin is refused.
  let header = csvHeader();
  for await (const part of readSegments(ports, chain, first)) {
    if ('damaged' in part) {
      const { from, to } = part.damaged;
      throw new ArchiveUnavailable(`segments ${from} to ${to} of the audit archive are missing or damaged`);
    }
    const rows = part.records
      .filter(({ event }) => isEventVisible(visible, event) && matchesFilter(event, filter, chain.account))
      .map(csvRow);
    yield header + rows.join('');
    header = '';
  }
  if (header !== '') yield header;
}
