import { BinaryWriter } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { base32Encode } from '../kinds/oath/base32.ts';
import { otpauthUri } from '../kinds/oath/otpauth.ts';
import type { ImportedToken } from './import-file.ts';
import { outcomesOf, readWhole } from './testing/read-whole.ts';

const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const HEX = Buffer.from('12345678901234567890').toString('hex');

function tokensOf(text: string): ImportedToken[] {
  const file = readWhole(text);
  if ('flaw' in file) throw new Error(file.flaw);
  return file.rows.map(({ outcome, line }) => {
    if ('flaw' in outcome) throw new Error(`${line}: ${outcome.flaw}`);
    return outcome.token;
  });
}

describe('otpauth lists', () => {
  test('one per line, with given and default values; comments and empty lines are ignored', () => {
    const text = `# from the old server\r\n\r\notpauth://totp/Shop:alice%40example.com?secret=${SECRET}&issuer=Shop\r\nOTPAUTH://HOTP/bob?secret=${SECRET.toLowerCase()}&counter=7&digits=8&algorithm=SHA256\n otpauth://totp/carol?secret=${SECRET}&period=60 \n`;
    const [alice, bob, carol] = tokensOf(text);
    expect(alice).toMatchObject({
      name: 'Shop: alice@example.com',
      kind: 'totp',
      algorithm: 'SHA1',
      digits: 6,
      periodMs: 30_000,
    });
    expect(Buffer.from(alice?.secret ?? []).toString('hex')).toBe(HEX);
    expect(bob).toMatchObject({ name: 'bob', kind: 'hotp', counter: 7, digits: 8, algorithm: 'SHA256' });
    expect(carol).toMatchObject({ periodMs: 60_000 });
    const file = readWhole(text);
    expect('rows' in file && file.rows.map(({ line }) => line)).toEqual([3, 4, 5]);
  });

  test.each([
    ['otpauth://totp/a', 'SEED_MISSING'],
    [`otpauth://totp/a?secret=${SECRET}1`, 'SEED_MALFORMED'],
    // Eighty bits, as some sites give out: such seeds are refused everywhere here.
    ['otpauth://totp/a?secret=GEZDGNBVGY3TQOJQ', 'SEED_TOO_SHORT'],
    [`otpauth://hotp/a?secret=${SECRET}`, 'COUNTER_INVALID'],
    [`otpauth://steam/a?secret=${SECRET}`, 'KIND_UNSUPPORTED'],
    [`otpauth://totp/a?secret=${SECRET}&digits=7`, 'DIGITS_UNSUPPORTED'],
    [`otpauth://totp/a?secret=${SECRET}&digits=6.0`, 'DIGITS_UNSUPPORTED'],
    [`otpauth://totp/a?secret=${SECRET}&period=45`, 'PERIOD_UNSUPPORTED'],
    [`otpauth://totp/a?secret=${SECRET}&period=0`, 'PERIOD_UNSUPPORTED'],
    [`otpauth://totp/a?secret=${SECRET}&algorithm=MD5`, 'ALGORITHM_UNSUPPORTED'],
    [`otpauth://totp/a?secret=${SECRET}&secret=${SECRET}`, 'ROW_MALFORMED'],
    [`otpauth://totp/a?secret=${SECRET}&SECRET=${SECRET}`, 'ROW_MALFORMED'],
    [`otpauth://totp/%E0%A4%A?secret=${SECRET}`, 'ROW_MALFORMED'],
    [`otpauth://totp/?secret=${SECRET}`, 'NAME_INVALID'],
    [`otpauth://totp/a%0Ab?secret=${SECRET}`, 'NAME_INVALID'],
    [`otpauth://totp/${'a'.repeat(101)}?secret=${SECRET}`, 'NAME_INVALID'],
    [`https://evil.example/?secret=${SECRET}`, 'ROW_MALFORMED'],
    [`otpauth://totp/a?secret=${SECRET}&x=${'x'.repeat(70_000)}`, 'ROW_MALFORMED'],
  ])('%s: %s', (uri, flaw) => {
    expect(outcomesOf(readWhole(uri, { format: 'otpauth' }))).toEqual([flaw]);
  });

  test('the URI that this service shows as a QR code reads as the same token', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 64 }),
        fc.constantFrom('SHA1' as const, 'SHA256' as const, 'SHA512' as const),
        fc.constantFrom(6 as const, 8 as const),
        fc.option(fc.nat(), { nil: undefined }),
        (secret, algorithm, digits, counter) => {
          const kind = counter === undefined ? ('totp' as const) : ('hotp' as const);
          const factor = kind === 'totp' ? { kind, periodMs: 60_000, driftSteps: 0 } : { kind };
          const token = { factor, algorithm, digits, nextCounter: counter ?? 0 };
          const [read] = tokensOf(otpauthUri({ issuer: 'Shop', account: 'alice', token, secret }));
          expect(read).toMatchObject({ name: 'Shop: alice', kind, algorithm, digits, counter: counter ?? 0 });
          expect(read?.secret).toEqual(new Uint8Array(secret));
        },
      ),
    );
  });
});

interface Written {
  secret: Uint8Array;
  name?: string;
  issuer?: string;
  algorithm?: number;
  digits?: number;
  type?: number;
  counter?: bigint;
}

function migration(tokens: readonly Written[], batch: { size?: number; index?: number; id?: number } = {}): string {
  const message = new BinaryWriter();
  for (const { secret, name = 'alice', issuer = '', algorithm = 1, digits = 1, type = 2, counter } of tokens) {
    message.tag(1, 2).fork();
    message.tag(1, 2).bytes(secret).tag(2, 2).string(name).tag(3, 2).string(issuer);
    message.tag(4, 0).int32(algorithm).tag(5, 0).int32(digits).tag(6, 0).int32(type);
    if (counter !== undefined) message.tag(7, 0).int64(counter);
    message.join();
  }
  const { size = 1, index = 0, id = -12345 } = batch;
  message.tag(2, 0).int32(1).tag(3, 0).int32(size).tag(4, 0).int32(index).tag(5, 0).int32(id);
  const data = Buffer.from(message.finish()).toString('base64');
  return `otpauth-migration://offline?data=${encodeURIComponent(data)}`;
}

describe('exports of Google Authenticator', () => {
  const secret = Buffer.from('12345678901234567890');

  test('an export as the app writes it', () => {
    // Built by hand from the wire format, independently of the library that reads it.
    const parameters = Buffer.concat([
      Buffer.from([0x0a, 20]),
      secret,
      Buffer.from([0x12, 5]),
      Buffer.from('alice'),
      Buffer.from([0x1a, 4]),
      Buffer.from('Shop'),
      Buffer.from([0x20, 1, 0x28, 2, 0x30, 1, 0x38, 0x96, 0x01]),
    ]);
    const payload = Buffer.concat([
      Buffer.from([0x0a, parameters.length]),
      parameters,
      Buffer.from([0x10, 1, 0x18, 1, 0x20, 0, 0x28, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
    ]);
    const uri = `otpauth-migration://offline?data=${payload.toString('base64')}`;
    expect(tokensOf(uri)).toEqual([
      {
        name: 'Shop: alice',
        kind: 'hotp',
        algorithm: 'SHA1',
        digits: 8,
        periodMs: 30_000,
        counter: 150,
        driftSteps: 0,
        secret: new Uint8Array(secret),
      },
    ]);
  });

  test('several tokens in several parts; a missing part is reported', () => {
    const parts = [0, 1, 2].map((index) =>
      migration([{ secret: Buffer.alloc(20, index) }, { secret: Buffer.alloc(20, index + 9) }], { size: 3, index }),
    );
    const whole = readWhole(parts.join('\n'));
    expect(whole).toMatchObject({ format: 'migration', warnings: [] });
    expect('rows' in whole && whole.rows.map(({ line }) => line)).toEqual([1, 1, 2, 2, 3, 3]);
    expect(readWhole(parts.slice(1).join('\n'))).toMatchObject({ warnings: ['BATCH_INCOMPLETE'] });
    expect(readWhole([parts[0], parts[0], parts[1]].join('\n'))).toMatchObject({ warnings: ['BATCH_INCOMPLETE'] });
  });

  test.each([
    ['ten bytes', { secret: Buffer.alloc(10, 1) }, 'SEED_TOO_SHORT'],
    ['no seed', { secret: Buffer.alloc(0) }, 'SEED_MISSING'],
    ['MD5', { secret, algorithm: 4 }, 'ALGORITHM_UNSUPPORTED'],
    ['an algorithm of tomorrow', { secret, algorithm: 9 }, 'ALGORITHM_UNSUPPORTED'],
    ['seven digits', { secret, digits: 3 }, 'DIGITS_UNSUPPORTED'],
    ['a type of tomorrow', { secret, type: 3 }, 'KIND_MISSING'],
    ['no type', { secret, type: 0 }, 'KIND_MISSING'],
    ['a negative counter', { secret, type: 1, counter: -1n }, 'COUNTER_INVALID'],
    ['a name of several lines', { secret, name: 'a\nb' }, 'NAME_INVALID'],
    ['no name', { secret, name: '' }, 'NAME_INVALID'],
  ])('%s', (_, token, flaw) => {
    expect(outcomesOf(readWhole(migration([token])))).toEqual([flaw]);
  });

  test.each([
    ['nothing in it', 'otpauth-migration://offline?data='],
    ['no data', 'otpauth-migration://offline'],
    ['data twice', `${migration([{ secret }])}&data=`],
    ['no base64', 'otpauth-migration://offline?data=!!!!'],
    ['cut short', migration([{ secret }]).slice(0, -20)],
    ['a length that lies', `otpauth-migration://offline?data=${Buffer.from([0x0a, 0x7f, 1]).toString('base64')}`],
    ['a number that does not end', `otpauth-migration://offline?data=${Buffer.alloc(30, 0xff).toString('base64')}`],
    ['a number for the tokens', `otpauth-migration://offline?data=${Buffer.from([0x08, 1]).toString('base64')}`],
    ['groups in groups', `otpauth-migration://offline?data=${Buffer.alloc(30_000, 0x0b).toString('base64')}`],
    [
      'a name that is no UTF-8',
      `otpauth-migration://offline?data=${Buffer.from([0x0a, 4, 0x12, 2, 0xc3, 0x28]).toString('base64')}`,
    ],
  ])('%s', (_, uri) => {
    expect(outcomesOf(readWhole(uri))).toEqual(['ROW_MALFORMED']);
  });

  test('mixed with otpauth, in one list', () => {
    const uris = [`otpauth://totp/a?secret=${base32Encode(secret)}`, migration([{ secret }])];
    expect(outcomesOf(readWhole(uris.join('\n')))).toEqual([HEX, HEX]);
  });
});
