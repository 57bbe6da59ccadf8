import { isIP } from 'node:net';
import { parseUrl } from '@countersign/protocol/parse-url';
import { canonicalAddress, inAnyRange } from '../kernel/addresses.ts';

export interface TargetRules {
  /** Canonical CIDR ranges that the operator allows although they are not public. */
  allowedNetworks: readonly string[];
  /** For development: plain http to this machine. */
  allowHttpOnLoopback: boolean;
}

type TargetProblem =
  | 'not a URL'
  | 'must be https'
  | 'must not hold a user name or password'
  | 'must not have a fragment'
  | 'must not name port 0, which nothing listens on'
  | 'must name its host plainly'
  | 'must not lead into a private or special network';

const MAX_URL_LENGTH = 2000;
const LOOPBACK = ['127.0.0.0/8', '::1/128'];

/**
 * Every range that IANA's special-purpose registries (RFC 6890 and its updates) keep off the public internet, the
 * tunnels that could carry such an address inside (6to4, Teredo, NAT64), multicast, and one cloud's metadata address in
 * public space. IPv4-mapped addresses are converted to IPv4 before they are compared.
 */
const SPECIAL_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];
/** IANA assigns only 2000::/3 of IPv6; these parts of it are special. */
const GLOBAL_V6 = ['2000::/3'];
const SPECIAL_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'];

/** True if a message may be sent to this address. An unparsable address is refused (SR-31). */
export function mayConnectTo(address: string, rules: TargetRules): boolean {
  const canonical = canonicalAddress(address);
  if (canonical === undefined) return false;
  if (inAnyRange(canonical, rules.allowedNetworks) === true) return true;
  if (rules.allowHttpOnLoopback && inAnyRange(canonical, LOOPBACK) === true) return true;
  if (isIP(canonical) === 4) return inAnyRange(canonical, SPECIAL_V4) === false;
  return inAnyRange(canonical, GLOBAL_V6) === true && inAnyRange(canonical, SPECIAL_V6) === false;
}

/**
 * Returns the normalised URL that messages may be sent to, or why it is refused (SR-31). The host is resolved only when
 * a message is sent.
 */
export function readTarget(text: string, rules: TargetRules): { url: URL } | { problem: TargetProblem } {
  // The URL parser repairs its input: it drops blanks and line ends and turns backslashes. Refuse such input here.
  const isWhole = text.length <= MAX_URL_LENGTH && /^https?:\/\/[^/\\]/i.test(text) && !/[\s\\\p{Cc}]/u.test(text);
  const url = isWhole ? parseUrl(text) : undefined;
  if (!url) return { problem: 'not a URL' };
  if (url.username !== '' || url.password !== '' || authorityOf(text).includes('@')) {
    return { problem: 'must not hold a user name or password' };
  }
  if (url.hash !== '' || text.includes('#')) return { problem: 'must not have a fragment' };
  if (url.port === '0') return { problem: 'must not name port 0, which nothing listens on' };
  const host = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
  if (!isPlainHost(host, text)) return { problem: 'must name its host plainly' };
  if (url.protocol !== 'https:' && !(rules.allowHttpOnLoopback && isLoopback(host)))
    return { problem: 'must be https' };
  const local = host === 'localhost' || host.endsWith('.localhost');
  if (local ? !rules.allowHttpOnLoopback : isIP(host) !== 0 && !mayConnectTo(host, rules)) {
    return { problem: 'must not lead into a private or special network' };
  }
  return { url };
}

/**
 * An address must be in its usual form: `2130706433`, `0x7f.1`, `0177.0.0.1` and `127.1` all become 127.0.0.1 in a URL,
 * which a reader of the text would not see.
 */
function isPlainHost(host: string, text: string): boolean {
  if (host.endsWith('.') || host.includes('%')) return false;
  const written = authorityOf(text).replace(/:\d*$/, '').toLowerCase();
  if (isIP(host) === 4) return written === host;
  if (isIP(host) === 6) return canonicalAddress(written.slice(1, -1)) === canonicalAddress(host);
  return true;
}

function authorityOf(text: string): string {
  return /^[a-z]+:\/\/([^/?#]*)/i.exec(text)?.[1] ?? '';
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || inAnyRange(host, LOOPBACK) === true;
}
