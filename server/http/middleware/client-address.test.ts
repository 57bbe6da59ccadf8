import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { appWith, connectedFrom } from '../../testing/http-app.ts';
import { clientAddress } from './client-address.ts';

type Header = 'x-forwarded-for' | 'forwarded';

async function seen(
  peer: string | undefined,
  headers: Record<string, string> = {},
  { trustedProxies = ['10.0.0.0/8', 'fd00::/8'], header = 'x-forwarded-for' as Header } = {},
) {
  const { app } = appWith(clientAddress({ trustedProxies, header }));
  app.get('/', (c) => c.json({ address: c.get('clientAddress') ?? null }));
  const answer = await app.request('/', { headers }, connectedFrom(peer));
  const body = (await answer.json()) as { address?: string | null; code?: string };
  return body.code ?? body.address;
}

// SR-24
describe('client address', () => {
  test('ignores a forwarding header from a client that is not our proxy', async () => {
    for (const trustedProxies of [[], ['10.0.0.0/8']]) {
      const headers = { 'x-forwarded-for': '10.0.0.9', forwarded: 'for=10.0.0.9', 'x-real-ip': '10.0.0.9' };
      expect(await seen('203.0.113.5', headers, { trustedProxies })).toBe('203.0.113.5');
    }
  });

  test('takes the hop that our proxy saw, whatever the client wrote', async () => {
    expect(await seen('10.0.0.1', { 'x-forwarded-for': '192.0.2.1, 198.51.100.7' })).toBe('198.51.100.7');
    expect(await seen('10.0.0.1', { 'x-forwarded-for': 'unknown, <script>, 198.51.100.7' })).toBe('198.51.100.7');
  });

  test('skips trusted proxies from the right, up to the first other address', async () => {
    const chain = '10.9.9.9, 198.51.100.7, 10.0.0.3, 10.0.0.2';
    expect(await seen('10.0.0.1', { 'x-forwarded-for': chain })).toBe('198.51.100.7');
    expect(await seen('10.0.0.1', { 'x-forwarded-for': '10.0.0.3, 10.0.0.2' })).toBe('10.0.0.3');
  });

  test('ignores the header that is not configured', async () => {
    const headers = { 'x-forwarded-for': '192.0.2.1', forwarded: 'for=198.51.100.7' };
    expect(await seen('10.0.0.1', headers, { header: 'forwarded' })).toBe('198.51.100.7');
    expect(await seen('10.0.0.1', { ...headers, forwarded: 'garbage' })).toBe('192.0.2.1');
  });

  test("is unknown if a proxy names no client, instead of the proxy's own", async () => {
    expect(await seen('10.0.0.1')).toBeNull();
    expect(await seen(undefined)).toBeNull();
    expect(await seen('not an address')).toBeNull();
  });

  test.each([
    'unknown',
    '_hidden',
    'localhost',
    '',
    ' ',
    ',',
    '198.51.100.7,',
    '198.51.100.7, 256.1.1.1',
    '198.51.100.7, 010.0.0.1',
    '198.51.100.7, 0x0a000001',
    '198.51.100.7, 167772161',
    '198.51.100.7, 10.1',
    '198.51.100.7, fe80::1%eth0',
    '198.51.100.7, [198.51.100.7]',
    '198.51.100.7, ::ffff:999.1.1.1',
    `${'10.0.0.1, '.repeat(40)}10.0.0.1`,
    `198.51.100.7,${' '.repeat(5000)}10.0.0.2`,
    Array.from({ length: 600 }, () => '1.1.1.1').join(','),
  ])('refuses X-Forwarded-For: %s from our proxy', async (value) => {
    expect(await seen('10.0.0.1', { 'x-forwarded-for': value })).toBe('FORWARDED_INVALID');
  });

  test.each([
    'garbage',
    'for',
    'for=',
    'for="198.51.100.7',
    'for=198.51.100.7;',
    'for=198.51.100.7,',
    'for=198.51.100.7 for=10.0.0.1',
    'for=198.51.100.7;for=203.0.113.1',
    'by=10.0.0.1',
    'for=unknown',
    'for=_hidden',
    'for=2001:db8::1::2',
    // The client's unclosed quote tries to swallow what the proxy appends.
    'for="1.1.1.1, for=198.51.100.7',
    'for=1.1.1.1;x=", for="[2001:db8::7]:4711"',
  ])('refuses Forwarded: %s from our proxy', async (value) => {
    expect(await seen('10.0.0.1', { forwarded: value }, { header: 'forwarded' })).toBe('FORWARDED_INVALID');
  });

  test.each([
    ['for=198.51.100.7', '198.51.100.7'],
    ['For="198.51.100.7:8080";proto=https;by=10.0.0.1', '198.51.100.7'],
    ['for="[2001:DB8::7]:4711"', '2001:db8::7'],
    ['proto=https;for=192.0.2.1, for=198.51.100.7 , for="10.0.0.2"', '198.51.100.7'],
    ['for="\\198.51.100.7"', '198.51.100.7'],
  ])('understands Forwarded: %s', async (value, address) => {
    expect(await seen('10.0.0.1', { forwarded: value }, { header: 'forwarded' })).toBe(address);
  });

  // SR-25
  test.each([
    ['::ffff:203.0.113.5', '203.0.113.5'],
    ['2001:0DB8:0000::0001', '2001:db8::1'],
    ['::ffff:cb00:7105', '203.0.113.5'],
  ])('for a connection from %s is %s, always in one form', async (peer, address) => {
    expect(await seen(peer)).toBe(address);
    expect(await seen('10.0.0.1', { 'x-forwarded-for': peer })).toBe(address);
  });

  // SR-25
  test('recognises a proxy in its IPv4-mapped form, as on dual-stack sockets', async () => {
    expect(await seen('::ffff:10.0.0.1', { 'x-forwarded-for': '::ffff:10.0.0.2, 198.51.100.7' })).toBe('198.51.100.7');
    expect(await seen('::ffff:10.0.0.1', { 'x-forwarded-for': '198.51.100.7, ::ffff:10.0.0.2' })).toBe('198.51.100.7');
  });

  test('drops ports that proxies add', async () => {
    expect(await seen('10.0.0.1', { 'x-forwarded-for': '198.51.100.7:51000' })).toBe('198.51.100.7');
    expect(await seen('10.0.0.1', { 'x-forwarded-for': '[2001:db8::7]:51000' })).toBe('2001:db8::7');
  });

  test('is never one of our proxies while another address is in the chain', async () => {
    const hop = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('10.0.0.2', 'fd00::2', 'junk'));
    await fc.assert(
      fc.asyncProperty(fc.array(hop, { maxLength: 5 }), fc.ipV4(), fc.nat(3), async (left, stranger, proxies) => {
        fc.pre(!stranger.startsWith('10.'));
        const chain = [...left, stranger, ...Array.from({ length: proxies }, () => '10.0.0.2')];
        expect(await seen('10.0.0.1', { 'x-forwarded-for': chain.join(', ') })).toBe(stranger);
      }),
    );
  });
});
