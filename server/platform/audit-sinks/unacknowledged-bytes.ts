import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';

/**
 * Bytes that the other side of a TCP connection has not acknowledged, as Linux shows them; 0 where nothing shows them.
 * Node tells only when the kernel has taken them, which it does for a machine that is gone, too.
 */
export async function unacknowledgedBytes({ localPort, remotePort, remoteFamily }: Socket): Promise<number> {
  if (localPort === undefined || remotePort === undefined) return 0;
  const table = await readFile(`/proc/self/net/${remoteFamily === 'IPv6' ? 'tcp6' : 'tcp'}`, 'utf8').catch(() => '');
  return transmitQueue(table, localPort, remotePort);
}

/** The `tx_queue` of the established connection between these ports (`proc_net_tcp.txt` of Linux). */
export function transmitQueue(table: string, localPort: number, remotePort: number): number {
  const line = new RegExp(`^ *\\d+: [\\dA-F]+:${hex(localPort)} [\\dA-F]+:${hex(remotePort)} 01 ([\\dA-F]{8}):`, 'm');
  return Number.parseInt(line.exec(table)?.[1] ?? '0', 16);
}

function hex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}
