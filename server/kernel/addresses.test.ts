import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalAddress, inAnyRange, inRange, networkKey, parseRange, rateKey } from './addresses.ts';

const v4Bytes = fc.uint8Array({ minLength: 4, maxLength: 4 });
const v6Bytes = fc.uint8Array({ minLength: 16, maxLength: 16 });
const v4Text = (bytes: Uint8Array) => bytes.join('.');
/** All eight groups in full, so that only the code under test shortens them. */
const v6Text = (bytes: Uint8Array) => (Buffer.from(bytes).toString('hex').match(/.{4}/g) ?? []).join(':');

/** An independent oracle: true if the first bits are equal. */
function sharePrefix(a: Uint8Array, b: Uint8Array, bits: number): boolean {
  const text = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return text(a).slice(0, bits) === text(b).slice(0, bits);
}

// SR-25
describe('the canonical form of an address', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:DB8::1', '2001:db8::1'],
    ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['::', '::'],
    ['::1', '::1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:C000:201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    // Not mapped: other blocks that only look alike.
    ['::192.0.2.1', '::c000:201'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
    ['::ffff:0:192.0.2.1', '::ffff:0:c000:201'],
  ])('%s is %s', (text, canonical) => {
    expect(canonicalAddress(text)).toBe(canonical);
  });

  // The attack: a spelling that the filter reads one way and the network another.
  test.each([
    [''],
    ['localhost'],
    ['192.0.2'],
    ['192.0.513'],
    ['3221225985'],
    ['0xc0.0.2.1'],
    ['0300.0.2.1'],
    ['192.0.2.01'],
    ['192.0.2.256'],
    ['192.0.2.1 '],
    [' 192.0.2.1'],
    ['192.0.2.1\n'],
    ['192.0.2.1:443'],
    ['192.0.2.1/32'],
    ['192.0.2.1, 198.51.100.7'],
    ['１92.0.2.1'],
    ['[::1]'],
    ['fe80::1%eth0'],
    ['::1%'],
    ['::ffff:0300.0.2.1'],
    ['1::2::3'],
    ['12345::'],
    ['1:2:3:4:5:6:7'],
    ['1:2:3:4:5:6:7:8:9'],
  ])('refuses %j', (text) => {
    expect(canonicalAddress(text)).toBeUndefined();
  });

  test('is its own canonical form, and names the same address as the platform does', () => {
    fc.assert(
      fc.property(fc.oneof(v4Bytes, v6Bytes), (bytes) => {
        const text = bytes.length === 4 ? v4Text(bytes) : v6Text(bytes);
        const canonical = canonicalAddress(text) ?? '';
        expect(canonicalAddress(canonical)).toBe(canonical);
        const host = new URL(bytes.length === 4 ? `http://${text}` : `http://[${text}]`).hostname;
        expect(canonical).toBe(host.replace(/[[\]]/g, ''));
      }),
    );
  });

  test('of an IPv4-mapped address is the IPv4 address', () => {
    fc.assert(
      fc.property(v4Bytes, (bytes) => {
        const groups = v6Text(Uint8Array.from([...new Uint8Array(10), 255, 255, ...bytes]));
        expect(canonicalAddress(groups)).toBe(v4Text(bytes));
        expect(canonicalAddress(`::ffff:${v4Text(bytes)}`)).toBe(v4Text(bytes));
      }),
    );
  });
});

// SR-25
describe('the rate-limit key of an address', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['::1', '::/64'],
    ['garbage', 'unknown'],
    ['fe80::1%eth0', 'unknown'],
  ])('%s counts under %s', (address, key) => {
    expect(rateKey(address)).toBe(key);
  });

  // The attack rotates through the addresses of one subscriber.
  test('is the same for a whole /64 and differs for its neighbours', () => {
    fc.assert(
      fc.property(v6Bytes, v6Bytes, (a, b) => {
        fc.pre(!sharePrefix(a, new Uint8Array(16), 80));
        const sibling = Uint8Array.from([...a.subarray(0, 8), ...b.subarray(8)]);
        fc.pre(!sharePrefix(sibling, new Uint8Array(16), 80));
        expect(rateKey(v6Text(sibling))).toBe(rateKey(v6Text(a)));
        const neighbour = Uint8Array.from(a);
        neighbour[7] = (a[7] ?? 0) ^ 1;
        expect(rateKey(v6Text(neighbour))).not.toBe(rateKey(v6Text(a)));
      }),
    );
  });

  test.each([
    ['192.0.2.77', '192.0.2.0/24'],
    ['::ffff:192.0.2.77', '192.0.2.0/24'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
    ['garbage', 'unknown'],
  ])('%s counts with its network under %s', (address, key) => {
    expect(networkKey(address)).toBe(key);
  });

  // The attack rotates through the subnets of one site.
  test('is one network for addresses that share 24 or 48 bits, and another for the rest', () => {
    for (const [bytes, text, bits] of [
      [v4Bytes, v4Text, 24],
      [v6Bytes, v6Text, 48],
    ] as const) {
      fc.assert(
        fc.property(bytes, bytes, fc.boolean(), (a, b, isNear) => {
          const other = isNear ? Uint8Array.from([...a.subarray(0, bits / 8), ...b.subarray(bits / 8)]) : b;
          fc.pre([a, other].every((one) => one.length === 4 || !sharePrefix(one, new Uint8Array(16), 80)));
          expect(networkKey(text(other)) === networkKey(text(a))).toBe(sharePrefix(a, other, bits));
        }),
      );
    }
  });
});

// SR-25
describe('ranges', () => {
  test.each([
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['192.0.2.1', '192.0.2.1/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['2001:DB8::ffff/33', '2001:db8::/33'],
    ['2001:db8::1', '2001:db8::1/128'],
    ['::/0', '::/0'],
    ['::ffff:10.1.2.3/104', '10.0.0.0/8'],
    ['::ffff:0:0/96', '0.0.0.0/0'],
    ['::ffff:10.1.2.3', '10.1.2.3/32'],
  ])('%s is %s', (text, canonical) => {
    expect(parseRange(text)).toBe(canonical);
  });

  test.each([
    [''],
    ['/8'],
    ['10.0.0.0/'],
    ['10.0.0.0/33'],
    ['10.0.0.0/-1'],
    ['10.0.0.0/08'],
    ['10.0.0.0/8/8'],
    ['10.0.0.0/255.0.0.0'],
    ['10.0.0.0 - 10.0.0.9'],
    ['10.0.0/8'],
    ['::/129'],
    ['::ffff:0:0/95'],
    ['fe80::%eth0/64'],
    ['*'],
  ])('refuses %j', (text) => {
    expect(parseRange(text)).toBeUndefined();
  });

  test('a range contains the addresses with its prefix, and is its own canonical form', () => {
    const pair = fc.oneof(fc.tuple(v4Bytes, v4Bytes), fc.tuple(v6Bytes, v6Bytes));
    fc.assert(
      fc.property(pair, fc.nat({ max: 128 }), fc.nat({ max: 128 }), ([base, other], prefix, shared) => {
        const text = base.length === 4 ? v4Text : v6Text;
        const bits = prefix % (base.length * 8 + 1);
        // Otherwise two random addresses hardly ever share a prefix.
        const near = Uint8Array.from(base, (byte, i) => (i * 8 < shared ? byte : (other[i] ?? 0)));
        const range = parseRange(`${text(base)}/${bits}`) ?? '';
        expect(parseRange(range)).toBe(range);
        expect(inRange(text(near), range)).toBe(sharePrefix(base, near, bits));
        expect(inRange(text(base), range)).toBe(true);
      }),
    );
  });

  test.each([
    ['192.0.2.1', '::/0', false],
    ['2001:db8::1', '0.0.0.0/0', false],
    ['::ffff:192.0.2.1', '192.0.2.0/24', true],
    ['192.0.2.1', '::ffff:192.0.2.0/120', true],
    ['::ffff:192.0.2.1', '::/0', false],
    ['::192.0.2.1', '192.0.2.0/24', false],
    ['192.0.2.1', '192.0.2.1', true],
    ['192.0.2.1', 'garbage', false],
    ['garbage', '0.0.0.0/0', false],
  ])('%s in %s: %s', (address, range, expected) => {
    expect(inRange(address, range)).toBe(expected);
  });
});

describe('several ranges', () => {
  const some = ['10.0.0.0/8', '2001:db8::/32'];

  test.each([
    ['10.1.2.3', some, true],
    ['2001:db8::9', some, true],
    ['192.0.2.1', some, false],
    ['192.0.2.1', [], false],
    // In any order, an unreadable range makes the result unknown.
    ['10.1.2.3', [...some, 'garbage'], undefined],
    ['192.0.2.1', ['garbage', ...some], undefined],
    ['garbage', some, undefined],
  ])('%s in %j: %s', (address, ranges, expected) => {
    expect(inAnyRange(address, ranges)).toBe(expected);
  });

  test('more ranges than the cache holds are still distinguished', () => {
    const ranges = Array.from({ length: 12_000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`);
    expect(ranges.filter((range) => inRange('10.40.7.1', range))).toEqual(['10.40.7.0/24']);
    expect(inAnyRange('10.40.7.1', ranges)).toBe(true);
    expect(inAnyRange('11.0.0.1', ranges)).toBe(false);
  });
});
