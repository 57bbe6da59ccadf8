import { parseUrl } from '@countersign/protocol/parse-url';
import { canonicalAddress } from '../kernel/addresses.ts';

interface Listener {
  readonly host: string;
  readonly port: number;
}

/**
 * True if both would open the same port of an address, however they spell it: `0.0.0.0` is every IPv4 address, and `::`
 * is every address, because Node opens it for IPv4 too. A name other than `localhost` is compared as a text. Port 0
 * takes a free port.
 */
export function overlaps(a: Listener, b: Listener): boolean {
  if (a.port === 0 || a.port !== b.port) return false;
  const [one, other] = [openedBy(a.host), openedBy(b.host)];
  return one === other || covers(one, other) || covers(other, one);
}

function covers(one: string, other: string): boolean {
  if (one === '::') return true;
  if (one === '0.0.0.0') return !other.includes(':');
  // Which of the two it is depends on the machine.
  return one === 'localhost' && (other === '127.0.0.1' || other === '::1');
}

/** The address in its only spelling. A resolver also reads `127.1` and `0`, as the parser of URLs does. */
function openedBy(host: string): string {
  const { hostname = host } = parseUrl(`http://${host.includes(':') ? `[${host}]` : host}`) ?? {};
  const bare = hostname.replace(/^\[|\]$|\.$/g, '');
  return canonicalAddress(bare) ?? bare;
}
