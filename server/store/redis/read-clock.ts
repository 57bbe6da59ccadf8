import type { Redis } from 'ioredis';
import { isLoopbackHost } from '../../kernel/addresses.ts';
import type { StoreClock } from '../../kernel/ports/store.ts';
import { unlessForbidden } from './inspect-server.ts';

/** The clock of one server; undefined if an ACL forbids TIME. */
export async function readClock(node: Redis): Promise<StoreClock | undefined> {
  const time = await unlessForbidden(node.time());
  if (!time) return undefined;
  const [seconds, microseconds] = time;
  return { now: Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000), isElsewhere: isElsewhere(node) };
}

/** A connection to this machine has one address at both ends, or none. */
function isElsewhere({ stream }: Redis): boolean {
  const { localAddress, remoteAddress } = stream;
  return remoteAddress !== undefined && remoteAddress !== localAddress && !isLoopbackHost(remoteAddress);
}
