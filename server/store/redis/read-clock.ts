import type { Redis } from 'ioredis';
import { isLoopbackHost } from '../../kernel/addresses.ts';
import type { StoreClock } from '../../kernel/ports/store.ts';
import { CommandRefused, unlessRefused } from './inspect-server.ts';

interface NodeClock {
  readonly node: Redis;
  /** Undefined if the server refuses TIME. */
  readonly clock: StoreClock | undefined;
}

/**
 * The clocks of the servers that answer. A shard without a primary must not keep the clock of a process in doubt.
 *
 * @throws the fault of a server if none answers
 */
export async function readClocks(nodes: readonly Redis[]): Promise<NodeClock[]> {
  const asked = await Promise.allSettled(nodes.map(async (node) => ({ node, clock: await readClock(node) })));
  const answered = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  if (answered.length === 0) for (const one of asked) if (one.status === 'rejected') throw one.reason;
  return answered;
}

async function readClock(node: Redis): Promise<StoreClock | undefined> {
  const time = await unlessRefused(node.time());
  if (time instanceof CommandRefused) return undefined;
  const [seconds, microseconds] = time;
  return { now: Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000), isElsewhere: isElsewhere(node) };
}

/** A connection to this machine has one address at both ends, or none. */
function isElsewhere({ stream }: Redis): boolean {
  const { localAddress, remoteAddress } = stream;
  return remoteAddress !== undefined && remoteAddress !== localAddress && !isLoopbackHost(remoteAddress);
}
