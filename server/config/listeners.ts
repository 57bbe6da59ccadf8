import { omitUndefined } from '@countersign/protocol/omit-undefined';
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

interface ListenerValues {
  COUNTERSIGN_URL?: string | undefined;
  COUNTERSIGN_LISTEN?: Listener | undefined;
  COUNTERSIGN_ADMIN_LISTEN?: Listener | undefined;
  COUNTERSIGN_METRICS_LISTEN?: Listener | undefined;
  COUNTERSIGN_TLS_CERT_FILE?: string | undefined;
  COUNTERSIGN_TLS_KEY_FILE?: string | undefined;
}

export function* listenerProblems(values: ListenerValues) {
  const { COUNTERSIGN_LISTEN: listen, COUNTERSIGN_ADMIN_LISTEN: admin, COUNTERSIGN_METRICS_LISTEN: metrics } = values;
  const problem = 'must not be the address of another listener';
  if (admin && listen && overlaps(admin, listen)) yield { name: 'COUNTERSIGN_ADMIN_LISTEN', problem };
  if (metrics && [listen, admin].some((one) => one && overlaps(metrics, one))) {
    yield { name: 'COUNTERSIGN_METRICS_LISTEN', problem };
  }
  if (values.COUNTERSIGN_TLS_CERT_FILE !== undefined && values.COUNTERSIGN_URL?.startsWith('http:')) {
    yield { name: 'COUNTERSIGN_URL', problem: 'must be https with COUNTERSIGN_TLS_CERT_FILE' };
  }
}

/** The certificate of the listeners. One file without the other is refused elsewhere. */
export function tlsOf({ COUNTERSIGN_TLS_CERT_FILE: certFile, COUNTERSIGN_TLS_KEY_FILE: keyFile }: ListenerValues) {
  const tls = certFile !== undefined && keyFile !== undefined ? Object.freeze({ certFile, keyFile }) : undefined;
  return omitUndefined({ tls });
}
