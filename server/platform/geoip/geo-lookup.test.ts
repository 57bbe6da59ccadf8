import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GeoLookup } from '../../kernel/ports/geo-lookup.ts';
import { processorMs } from '../../testing/processor-time.ts';
import { type CountryData, isOld, openGeoLookup } from './geo-lookup.ts';

let geo: GeoLookup;
let folder: string;
beforeAll(async () => {
  geo = await openGeoLookup();
  folder = await mkdtemp(join(tmpdir(), 'countersign-geo-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the country of an address', () => {
  test.each([
    ['8.8.8.8', 'US'],
    ['193.0.6.139', 'NL'],
    ['2001:4860:4860::8888', 'US'],
    ['2001:67c:2e8:22::c100:68b', 'NL'],
  ])('places %s in %s', (address, country) => {
    expect(geo.country(address)).toBe(country);
  });

  // SR-25
  test('is the same in every notation of the address', () => {
    for (const form of ['8.8.8.8', '::ffff:8.8.8.8', '::ffff:808:808', '0:0:0:0:0:FFFF:0808:0808']) {
      expect(geo.country(form)).toBe('US');
    }
    expect(geo.country('2001:4860:4860:0:0:0:0:8888')).toBe('US');
  });

  test.each([
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '127.0.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '255.255.255.255',
    '224.0.0.1',
    '192.0.2.1',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:10.0.0.1',
    // Tunnels carry another address inside.
    '2002:808:808::1',
    '64:ff9b::808:808',
  ])('gives %s no country', (address) => {
    expect(geo.country(address)).toBeUndefined();
  });

  test.each(['', 'garbage', '8.8.8', '8.8.8.8/32', '8.8.8.8 ', '0x08080808', '[::1]', 'fe80::1%eth0'])(
    'gives %j no country: it is not an address',
    (text) => {
      expect(geo.country(text)).toBeUndefined();
    },
  );
});

describe('opening the database', () => {
  test('names a file that is missing or invalid', async () => {
    await expect(openGeoLookup(join(folder, 'none.mmdb'))).rejects.toThrow('none.mmdb');
    const text = join(folder, 'text.mmdb');
    await writeFile(text, 'not a database');
    await expect(openGeoLookup(text)).rejects.toThrow('text.mmdb');
  });

  test('shows once when the data was made, when it is first needed', async () => {
    const read: CountryData[] = [];
    const lookup = await openGeoLookup(undefined, (data) => read.push(data));
    expect(read).toEqual([]);
    lookup.country('8.8.8.8');
    const builtAt = lookup.builtAt();
    expect(read).toEqual([{ file: expect.stringMatching(/\.mmdb$/), builtAt }]);
    expect(builtAt).toBeGreaterThan(Date.UTC(2025, 0));
    expect(builtAt).toBeLessThan(Date.now());
    const [{ file } = { file: '' }] = read;
    const own: CountryData[] = [];
    await openGeoLookup(file, (data) => own.push(data));
    expect(own).toEqual([{ file, builtAt }]);
  });

  test('counts data as old past half a year', () => {
    const builtAt = Date.UTC(2026, 0, 1);
    expect(isOld({ builtAt }, Date.UTC(2026, 5, 30))).toBe(false);
    expect(isOld({ builtAt }, Date.UTC(2026, 6, 4))).toBe(true);
  });

  test('takes a small part of the second that a start may take', async () => {
    expect(await processorMs(() => openGeoLookup())).toBeLessThan(500);
  });
});
