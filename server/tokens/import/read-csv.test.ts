import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { base32Encode } from '../kinds/oath/base32.ts';
import type { ImportFile } from './import-file.ts';
import type { ImportOptions } from './read-file.ts';
import { outcomesOf, readWhole } from './testing/read-whole.ts';

const HEX = '3132333435363738393031323334353637383930';
const BASE32 = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const BASE64 = 'MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=';

function fileOf(text: string, options: Partial<ImportOptions> = {}): ImportFile {
  const file = readWhole(text, { format: 'csv', ...options });
  if ('flaw' in file) throw new Error(file.flaw);
  return file;
}
const tokenOf = (text: string, options: Partial<ImportOptions> = {}) => {
  const [row] = fileOf(text, options).rows;
  return row && 'token' in row.outcome ? row.outcome.token : row?.outcome;
};

describe('columns by name', () => {
  test('by any vendor’s names', () => {
    const header = 'Serial Number,Secret Key (hex),Type,Digits,Time Interval,Hash,Expiry Date,Label';
    const token = tokenOf(`${header.replace(' (hex)', '')}\nA-1,${HEX},OATH-TOTP,8,60,SHA-256,2030-06-30,Key of Ada\n`);
    expect(token).toEqual({
      name: 'Key of Ada',
      serial: 'A-1',
      kind: 'totp',
      algorithm: 'SHA256',
      digits: 8,
      periodMs: 60_000,
      counter: 0,
      driftSteps: 0,
      secret: new Uint8Array(Buffer.from(HEX, 'hex')),
      expiresAt: Date.parse('2030-06-30T23:59:59.999Z'),
    });
  });

  test.each([
    ['commas', ','],
    ['semicolons', ';'],
    ['tabs', '\t'],
  ])('%s between them; quotes, a byte order mark, empty and commented lines', (_, comma) => {
    const rows = [
      ['serial', 'seed', 'type', 'counter'],
      ['"1"', HEX, 'HOTP', '12'],
      ['', '', '', ''],
      ['2', BASE32, 'totp', ''],
    ];
    const text = `\ufeff# a vendor\r\n${rows.map((row) => row.join(comma)).join('\r\n')}\r\n\r\n`;
    const file = fileOf(text);
    expect(file.rows.map(({ serial, line }) => [serial, line])).toEqual([
      ['1', 3],
      ['2', 5],
    ]);
    expect(file.rows[0]?.outcome).toMatchObject({ token: { kind: 'hotp', counter: 12, name: '1' } });
  });

  test('unknown columns are ignored, with a warning', () => {
    const file = fileOf(
      `upn,serial number,secret key,time interval,manufacturer,model\na@b.example,1,${BASE32},30,Acme,X\n`,
      {
        kind: 'totp',
      },
    );
    expect(file.warnings).toEqual(['COLUMNS_IGNORED']);
    expect(outcomesOf(file)).toEqual([HEX]);
  });

  test.each([
    ['serial,type', 'no seed'],
    ['serial,seed,secret', 'two seeds'],
    ['serial,sn,seed', 'two serial numbers'],
  ])('%s: %s', (header) => {
    expect(readWhole(`${header}\n1,2,3\n`, { format: 'csv' })).toEqual({ flaw: 'CSV_HEADER_INVALID' });
  });

  test.each([
    [`serial,seed,type\n1,${HEX},totp,extra`, 'ROW_MALFORMED'],
    [`serial,seed,type\n1,${HEX}`, 'ROW_MALFORMED'],
    [`serial,seed\n1,${HEX}`, 'KIND_MISSING'],
    ['serial,seed,type\n1,,totp', 'SEED_MISSING'],
    [`serial,seed,type\n1,${HEX},motp`, 'KIND_UNSUPPORTED'],
    [`serial,seed,type,expires\n1,${HEX},totp,06/07/2030`, 'EXPIRY_INVALID'],
    [`serial,seed,type,periodMs\n1,${HEX},totp,3600`, 'PERIOD_UNSUPPORTED'],
    [`serial,seed,type,period\n1,${HEX},totp,30s`, 'PERIOD_UNSUPPORTED'],
    [`seed,type\n${HEX},totp`, 'NAME_INVALID'],
  ])('%j: %s', (text, flaw) => {
    expect(outcomesOf(fileOf(text))).toEqual([flaw]);
  });

  test('broken quotes end the file: the rest is ambiguous', () => {
    expect(readWhole(`serial,seed\n"1,${HEX}\n2,${HEX}`, { format: 'csv' })).toEqual({ flaw: 'CSV_MALFORMED' });
    expect(readWhole(`serial,seed\n1,"${'x'.repeat(20_000)}"`, { format: 'csv' })).toEqual({ flaw: 'CSV_MALFORMED' });
  });
});

describe('without a header line', () => {
  test('serial number and seed, of the requested kind', () => {
    expect(outcomesOf(fileOf(`1,${HEX}\n2,${HEX}\n`))).toEqual(['KIND_MISSING', 'KIND_MISSING']);
    expect(tokenOf(`1,${HEX}\n`, { kind: 'hotp' })).toMatchObject({ kind: 'hotp', counter: 0, serial: '1', name: '1' });
  });

  test('kind, length and period after them', () => {
    expect(tokenOf(`1,${HEX},TOTP,8,60\n`)).toMatchObject({ kind: 'totp', digits: 8, periodMs: 60_000 });
    expect(outcomesOf(fileOf(`1,${HEX},TOTP,8,60,7\n`))).toEqual(['ROW_MALFORMED']);
  });
});

describe('encodings of seeds', () => {
  test.each([
    HEX,
    HEX.toUpperCase(),
    `0x${HEX}`,
    '3132 3334 3536 3738 3930 3132 3334 3536 3738 3930',
    BASE32,
    BASE32.toLowerCase(),
    BASE64,
  ])('%s is recognised by its letters', (seed) =>
    expect(outcomesOf(fileOf(`serial,seed,type\n1,${seed},totp`))).toEqual([HEX]),
  );

  test('an ambiguous seed is refused until its encoding is given', () => {
    const both = 'ABCDEF2345672345ABCDEF2345672345';
    const text = `serial,seed,type\n1,${both},totp`;
    expect(outcomesOf(fileOf(text))).toEqual(['SEED_AMBIGUOUS']);
    expect(outcomesOf(fileOf(text, { seedEncoding: 'hex' }))).toEqual([both.toLowerCase()]);
    const named = fileOf(text.replace('seed', 'seed (base32)'));
    const [row] = named.rows;
    expect(row && 'token' in row.outcome && base32Encode(row.outcome.token.secret)).toBe(both);
  });

  test.each([`${HEX}0`, `${BASE32}1`, 'not a seed!', `${BASE64}=`])('%s is refused', (seed) => {
    expect(outcomesOf(fileOf(`serial,seed,type\n1,${seed},totp`))).toEqual(['SEED_MALFORMED']);
  });

  test('a seed is never decoded as another one', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 64 }),
        fc.constantFrom('hex' as const, 'base32' as const, 'base64' as const),
        fc.boolean(),
        (secret, encoding, said) => {
          const plain = Buffer.from(secret);
          const text = { hex: plain.toString('hex'), base32: base32Encode(secret), base64: plain.toString('base64') };
          const csv = `serial;seed;type\n1;${text[encoding]};totp`;
          const [outcome] = outcomesOf(fileOf(csv, said ? { seedEncoding: encoding } : {}));
          if (said) expect(outcome).toBe(plain.toString('hex'));
          else expect([plain.toString('hex'), 'SEED_AMBIGUOUS']).toContain(outcome);
        },
      ),
      { numRuns: 500 },
    );
  });
});
