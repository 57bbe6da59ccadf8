import { omitUndefined } from '@countersign/protocol/omit-undefined';
import { mapConcurrent } from '../../kernel/map-concurrent.ts';
import type { ReadPorts } from '../../kernel/ports/ports.ts';
import type { IndexEntry } from '../../kernel/ports/store.ts';

const PAGE_SIZE = 200;
const CONCURRENCY = 8;
/** A request has thirty seconds; the remaining entries are void already, and the next deletion continues with them. */
const TIDYING_MS = 10_000;

/**
 * Goes through an index and cleans up after a deleted object, for some seconds at most. The entries have no effect
 * already, so it need not finish.
 */
export async function sweepIndex(
  ports: ReadPorts,
  index: string,
  tidy: (id: string) => Promise<unknown>,
): Promise<void> {
  const until = ports.clock.now() + TIDYING_MS;
  let after: IndexEntry | undefined;
  do {
    const entries = await ports.store.range(index, { limit: PAGE_SIZE, ...omitUndefined({ after }) });
    await mapConcurrent(entries, CONCURRENCY, ({ id }) => tidy(id));
    after = entries.length === PAGE_SIZE ? entries.at(-1) : undefined;
  } while (after && ports.clock.now() < until);
}
