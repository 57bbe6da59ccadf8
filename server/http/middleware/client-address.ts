import type { MiddlewareHandler } from 'hono';
import { canonicalAddress, inRange } from '../../kernel/addresses.ts';
import type { AppEnv } from '../context.ts';
import { nodeAddress, splitForwarded, splitForwardedFor } from '../forwarded.ts';
import { RequestRefusal } from '../problem.ts';

interface ClientAddressOptions {
  /** CIDR ranges of our own reverse proxies. Empty: the connection's address is the client's. */
  trustedProxies: readonly string[];
  /** The one header those proxies set. The other one is always ignored. */
  header: 'x-forwarded-for' | 'forwarded';
}

/** A longer chain is forged. */
const MAX_HOPS = 32;
const MAX_HEADER_LENGTH = 4096;

/**
 * Finds the client's canonical address (SR-24, SR-25): the peer or, if that is one of our proxies, the rightmost hop in
 * the forwarding header that is not. Everything further left is controlled by the client and ignored.
 *
 * Refuses with FORWARDED_INVALID if a required hop is not an address. If a proxy of ours names no client, the address
 * is undefined, so that filters deny: the proxy's own address would make every client look local.
 */
export function clientAddress(options: ClientAddressOptions): MiddlewareHandler<AppEnv> {
  const known = addressBook(options.trustedProxies);
  return function findClient(c, next) {
    const peer = c.env?.incoming?.socket?.remoteAddress;
    const connected = peer === undefined ? undefined : known(peer);
    if (!connected?.trusted) c.set('clientAddress', connected?.address);
    else c.set('clientAddress', forwardedClient(c.req.header(options.header), options.header, known));
    return next();
  };
}

interface Known {
  address: string;
  trusted: boolean;
}

function forwardedClient(
  header: string | undefined,
  name: ClientAddressOptions['header'],
  known: (text: string) => Known | undefined,
): string | undefined {
  if (header === undefined) return undefined;
  if (header.length > MAX_HEADER_LENGTH) throw new RequestRefusal('FORWARDED_INVALID');
  const hops = name === 'forwarded' ? splitForwarded(header) : splitForwardedFor(header);
  if (hops === undefined || hops.length > MAX_HOPS) throw new RequestRefusal('FORWARDED_INVALID');
  let farthest: string | undefined;
  for (const hop of hops.reverse()) {
    const address = nodeAddress(hop);
    const node = address === undefined ? undefined : known(address);
    if (!node) throw new RequestRefusal('FORWARDED_INVALID');
    farthest = node.address;
    if (!node.trusted) break;
  }
  return farthest;
}

/** Caches recent lookups: the same few proxies and clients connect again and again. */
export function addressBook(trustedProxies: readonly string[]): (text: string) => Known | undefined {
  const book = new Map<string, Known | undefined>();
  return (text) => {
    if (book.has(text)) return book.get(text);
    const address = canonicalAddress(text);
    const known = address && { address, trusted: trustedProxies.some((range) => inRange(address, range)) };
    if (book.size >= 4096) book.clear();
    book.set(text, known || undefined);
    return known || undefined;
  };
}
