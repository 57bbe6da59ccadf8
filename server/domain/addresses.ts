import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ReturnType<typeof ipaddr.process>;

const IPV6_KEY_BITS = 64;
const MAPPED_BITS = 96;

/**
 * The one text for an address: dotted IPv4, or IPv6 compressed in lower case (RFC 5952); IPv4-mapped IPv6 becomes IPv4.
 * Undefined for anything else: zone ids, octal, hexadecimal or short IPv4 forms, brackets, ports (SR-25).
 */
export function canonicalAddress(text: string): string | undefined {
  return parseAddress(text)?.toString();
}

/**
 * What an address counts under in rate limits: IPv4 by itself, IPv6 by its /64, which one subscriber can fill. Texts that
 * are no address share one key.
 */
export function rateKey(address: string): string {
  const parsed = parseAddress(address);
  if (!parsed) return 'unknown';
  return parsed.kind() === 'ipv4' ? parsed.toString() : `${network(parsed, IPV6_KEY_BITS)}/${IPV6_KEY_BITS}`;
}

/**
 * The one text for a range: CIDR with the host bits zeroed; a single address becomes /32 or /128, and a range within the
 * IPv4-mapped block becomes IPv4. Undefined for anything else.
 *
 * @example parseRange('10.1.2.3/8') // '10.0.0.0/8'
 */
export function parseRange(text: string): string | undefined {
  const range = readRange(text);
  return range && `${network(range.address, range.bits)}/${range.bits}`;
}

/**
 * Whether the address lies in the range. Never across families: `::/0` holds no IPv4 address, and IPv4-mapped IPv6 is
 * IPv4 on either side. False if either cannot be read, so a caller that denies by range has to check it before.
 */
export function inRange(address: string, range: string): boolean {
  const parsed = parseAddress(address);
  const block = readRange(range);
  if (!parsed || !block || parsed.kind() !== block.address.kind()) return false;
  return network(parsed, block.bits) === network(block.address, block.bits);
}

function parseAddress(text: string): Address | undefined {
  // ipaddr.js reads octal, hexadecimal and short forms, node:net does not; neither may decide about zones.
  const version = isIP(text);
  if (version === 0 || text.includes('%')) return undefined;
  return ipaddr.process(version === 6 ? text.replace(DOTTED_TAIL, hexadecimalGroups) : text);
}

/** ipaddr.js takes `::1.2.3.4` (IPv4-compatible, deprecated) for `::ffff:1.2.3.4`, which is another address. */
const DOTTED_TAIL = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/;

function hexadecimalGroups(_tail: string, ...octets: string[]): string {
  const [a = 0, b = 0, c = 0, d = 0] = octets.slice(0, 4).map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

function readRange(text: string): { address: Address; bits: number } | undefined {
  const [addressText = '', bitsText, ...rest] = text.split('/');
  const address = parseAddress(addressText);
  if (!address || rest.length > 0) return undefined;
  const width = address.toByteArray().length * 8;
  if (bitsText === undefined) return { address, bits: width };
  if (!/^(0|[1-9][0-9]{0,2})$/.test(bitsText)) return undefined;

  const mapped = width === 32 && addressText.includes(':');
  const bits = Number(bitsText) - (mapped ? MAPPED_BITS : 0);
  // A mapped address with a prefix shorter than the mapped block would be a range of both families.
  return bits >= 0 && bits <= width ? { address, bits } : undefined;
}

function network(address: Address, bits: number): string {
  const bytes = address.toByteArray().map((byte, index) => {
    const kept = Math.max(0, Math.min(8, bits - index * 8));
    return byte & (0xff << (8 - kept)) & 0xff;
  });
  return ipaddr.fromByteArray(bytes).toString();
}
