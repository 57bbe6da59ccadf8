import type { Actor } from '../kernel/actor.ts';
import type { AccountId, ResourceId } from '../kernel/ids.ts';
import { isEventVisible, maySee, visibleResources } from '../kernel/policy.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import { type Result, refusal } from '../kernel/result.ts';
import { auditChainDocument, segmentDocument } from './documents.ts';
import { csvHeader, csvRow } from './log/event-csv.ts';
import { type AuditChain, contentLines, GENESIS, headLine, type Segment, sealLine } from './log/segment.ts';

type Needs = Pick<Ports, 'store' | 'clock' | 'signer'>;

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
  for await (const segment of segmentsOf(ports, chain, first)) {
    if (segment.number === first) previous = segment.previous;
    yield [...contentLines(segment), sealLine(segment), ''].join('\n');
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
  yield csvHeader();
  for await (const { records } of segmentsOf(ports, chain, first)) {
    yield records
      .filter(({ event }) => isEventVisible(visible, event))
      .map(csvRow)
      .join('');
  }
}

/** @throws if a segment was removed meanwhile because it expired: an export with a gap must not look complete. */
async function* segmentsOf(
  { store, clock }: Pick<Ports, 'store' | 'clock'>,
  { account, number: last }: AuditChain,
  first: number,
): AsyncGenerator<Segment> {
  for (let from = first; from <= last; from += BATCH_SIZE) {
    const numbers = Array.from({ length: Math.min(BATCH_SIZE, last - from + 1) }, (_, at) => from + at);
    const stored = await store.getMany(
      numbers.map((number) => segmentDocument.key(account, number)),
      clock.now(),
    );
    for (const [at, one] of stored.entries()) {
      if (!one) throw new Error(`segment ${numbers[at]} is not there any more`);
      yield one.value;
    }
  }
}

function emptyChain(account: AccountId): AuditChain {
  return { account, number: 0, hash: GENESIS, first: 1, firstPrevious: GENESIS, kept: 0, cursors: {} };
}
