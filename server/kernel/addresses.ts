import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

const IPV4_BYTES = 4;
const IPV6_KEY_BITS = 64;
const IPV4_NETWORK_BITS = 24;
const IPV6_NETWORK_BITS = 48;
const MAPPED_BITS = 96;

/**
 * The canonical text of an address: dotted IPv4, or IPv6 compressed in lower case (RFC 5952); IPv4-mapped IPv6 becomes
 * IPv4. Undefined for anything else: zone ids, octal, hexadecimal or short IPv4 forms, brackets, ports (SR-25).
 */
export function canonicalAddress(text: string): string | undefined {
  return parseAddress(text)?.toString();
}

/**
 * The rate-limit key of an address: IPv4 by itself, IPv6 by its /64, which one subscriber controls. Texts that are not
 * addresses share one key.
 */
export function rateKey(address: string): string {
  const bytes = parseAddress(address)?.toByteArray();
  if (!bytes) return 'unknown';
  return bytes.length === IPV4_BYTES ? textOf(bytes) : writeRange(networkOf(bytes, IPV6_KEY_BITS));
}

/**
 * The rate-limit key of the network: the IPv4 /24, and the IPv6 /48 that one site has with its 65,536 /64s (RFC 6177).
 * Texts that are not addresses share one key.
 */
export function networkKey(address: string): string {
  const bytes = parseAddress(address)?.toByteArray();
  if (!bytes) return 'unknown';
  return writeRange(networkOf(bytes, bytes.length === IPV4_BYTES ? IPV4_NETWORK_BITS : IPV6_NETWORK_BITS));
}

/**
 * The canonical text of a range: CIDR with the host bits zeroed; a single address becomes /32 or /128, and a range
 * within the IPv4-mapped block becomes IPv4. Undefined for anything else.
 *
 * @example parseRange('10.1.2.3/8') // '10.0.0.0/8'
 */
export function parseRange(text: string): string | undefined {
  const range = readRange(text);
  return range && writeRange(range);
}

/**
 * True if the range contains the address. Never across families: `::/0` contains no IPv4 address, and IPv4-mapped IPv6
 * is IPv4 on either side. False if either is unreadable, so a caller that denies by range has to check it before.
 */
export function inRange(address: string, range: string): boolean {
  const bytes = parseAddress(address)?.toByteArray();
  const block = readRange(range);
  return bytes !== undefined && block !== undefined && holds(block, bytes);
}

/**
 * True if one of the ranges contains the address; undefined if one of them, or the address, is unreadable. For rules
 * that deny by range: unreadable must not count as "not in it".
 */
export function inAnyRange(address: string, ranges: readonly string[]): boolean | undefined {
  const bytes = parseAddress(address)?.toByteArray();
  if (!bytes) return undefined;
  let held = false;
  for (const text of ranges) {
    const range = readRange(text);
    if (!range) return undefined;
    held ||= holds(range, bytes);
  }
  return held;
}

/** The bytes have the host bits zeroed: four for IPv4 or sixteen for IPv6. */
interface Range {
  bytes: readonly number[];
  bits: number;
}

function parseAddress(text: string): ReturnType<typeof ipaddr.process> | undefined {
  // ipaddr.js reads octal, hexadecimal and short forms, node:net does not; neither may decide about zones.
  const version = isIP(text);
  if (version === 0 || text.includes('%')) return undefined;
  return ipaddr.process(version === 6 ? text.replace(DOTTED_TAIL, hexadecimalGroups) : text);
}

/** ipaddr.js reads `::1.2.3.4` (IPv4-compatible, deprecated) as `::ffff:1.2.3.4`, which is another address. */
const DOTTED_TAIL = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/;

function hexadecimalGroups(_tail: string, ...octets: string[]): string {
  const [a = 0, b = 0, c = 0, d = 0] = octets.slice(0, 4).map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

/** Rules are read from the store for every sign-in, but their ranges stay the same texts; bounded. */
const ranges = new Map<string, Range>();
const RANGES_MAX = 10_000;

function readRange(text: string): Range | undefined {
  const known = ranges.get(text);
  if (known) return known;
  const range = parseCidr(text);
  if (!range) return undefined;
  if (ranges.size >= RANGES_MAX) ranges.clear();
  ranges.set(text, range);
  return range;
}

function parseCidr(text: string): Range | undefined {
  const [addressText = '', bitsText, ...rest] = text.split('/');
  const bytes = parseAddress(addressText)?.toByteArray();
  if (!bytes || rest.length > 0) return undefined;
  const width = bytes.length * 8;
  if (bitsText === undefined) return networkOf(bytes, width);
  if (!/^(0|[1-9][0-9]{0,2})$/.test(bitsText)) return undefined;

  const mapped = bytes.length === IPV4_BYTES && addressText.includes(':');
  const bits = Number(bitsText) - (mapped ? MAPPED_BITS : 0);
  // A mapped address with a prefix shorter than the mapped block would be a range of both families.
  return bits >= 0 && bits <= width ? networkOf(bytes, bits) : undefined;
}

function networkOf(bytes: readonly number[], bits: number): Range {
  return { bytes: bytes.map((byte, index) => byte & byteMask(index, bits)), bits };
}

function holds(range: Range, bytes: readonly number[]): boolean {
  if (bytes.length !== range.bytes.length) return false;
  return range.bytes.every((byte, index) => ((bytes[index] ?? 0) & byteMask(index, range.bits)) === byte);
}

/** The bits of the byte at this index that a prefix of this length covers. */
function byteMask(index: number, bits: number): number {
  const covered = Math.max(0, Math.min(8, bits - index * 8));
  return (0xff << (8 - covered)) & 0xff;
}

function writeRange({ bytes, bits }: Range): string {
  return `${textOf(bytes)}/${bits}`;
}

function textOf(bytes: readonly number[]): string {
  return ipaddr.fromByteArray([...bytes]).toString();
}

/** `localhost`, 127.0.0.0/8 or ::1; host as in a URL or a listen address. */
export function isLoopbackHost(host: string): boolean {
  const bare = host.startsWith('[') ? host.slice(1, -1) : host;
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
}
