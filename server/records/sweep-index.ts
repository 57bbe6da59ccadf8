import { mapConcurrent } from '../kernel/map-concurrent.ts';
import type { Ports } from '../kernel/ports/ports.ts';
import type { IndexEntry } from '../kernel/ports/store.ts';

const PIECE = 200;
const WIDTH = 8;
/** A request has thirty seconds; what is left over is void already, and the next deletion goes on with it. */
const TIDYING_MS = 10_000;

/**
 * Goes through an index and tidies up behind something that is gone, for some seconds at most. What it tidies has lost its
 * meaning already, so nothing depends on how far it gets.
 */
export async function sweepIndex(
  ports: Pick<Ports, 'store' | 'clock'>,
  index: string,
  tidy: (id: string) => Promise<unknown>,
): Promise<void> {
  const until = ports.clock.now() + TIDYING_MS;
  let after: IndexEntry | undefined;
  do {
    const entries = await ports.store.range(index, { limit: PIECE, ...(after && { after }) });
    await mapConcurrent(entries, WIDTH, ({ id }) => tidy(id));
    after = entries.length === PIECE ? entries.at(-1) : undefined;
  } while (after && ports.clock.now() < until);
}
