import { describe, expect, test } from 'vitest';
import { hotp } from '../../kinds/oath/code.ts';
import { figure, NOW, oathOf, outcomesOf, readWhole } from '../testing/read-whole.ts';

const SEED = Buffer.from('12345678901234567890');
const PRE_SHARED = Buffer.from('12345678901234567890123456789012', 'hex');

function only(file: ReturnType<typeof readWhole>) {
  if ('flaw' in file) throw new Error(file.flaw);
  const [row] = file.rows;
  if (!row || 'flaw' in row.outcome) throw new Error(JSON.stringify(row));
  return { row, token: oathOf(row.outcome.token), warnings: file.warnings };
}

describe('the figures of RFC 6030', () => {
  test('figure 2: refuses a seed of 32 bits without a code length', () => {
    expect(outcomesOf(readWhole(figure(2)))).toEqual(['DIGITS_UNSUPPORTED']);
  });

  test('figure 3: with data about device and user', () => {
    const { row, token, warnings } = only(readWhole(figure(3)));
    expect(token).toMatchObject({
      kind: 'hotp',
      algorithm: 'SHA1',
      digits: 8,
      counter: 0,
      serial: '987654321',
      name: 'Manufacturer 987654321',
      secret: new Uint8Array(SEED),
    });
    expect(row).toMatchObject({ serial: '987654321', line: 7 });
    expect(warnings).toEqual([]);
    // RFC 4226 appendix D has the same seed; its first code is 755224 with six digits.
    expect(hotp({ ...token, counter: 0 })).toBe('84755224');
  });

  test('figure 4: refuses a key that is derived from one elsewhere', () => {
    expect(outcomesOf(readWhole(figure(4)))).toEqual(['SEED_MISSING']);
  });

  test('figure 5: ignores a PIN that the device checks, with a warning', () => {
    const { warnings, row } = only(readWhole(figure(5)));
    expect(warnings).toEqual(['PIN_KEYS_LEFT_OUT']);
    expect(row.serial).toBe('987654321');
  });

  test('figure 6: encrypted with a pre-shared key, the MAC checked', () => {
    const { token } = only(readWhole(figure(6), { preSharedKey: PRE_SHARED }));
    expect(token.secret).toEqual(new Uint8Array(SEED));
    expect(token.digits).toBe(8);
  });

  test('figure 7: encrypted by a password', () => {
    const { token } = only(readWhole(figure(7), { password: 'qwerty' }));
    expect(Buffer.from(token.secret)).toEqual(SEED);
    expect(token.counter).toBe(0);
  });

  test('figure 8: refuses encryption to a certificate, which is not supported', () => {
    expect(readWhole(figure(8))).toEqual({ flaw: 'PROTECTION_UNSUPPORTED' });
  });

  test('figure 9: does not check the signature, and warns', () => {
    const { token, warnings } = only(readWhole(figure(9)));
    expect(token).toMatchObject({ serial: '0755225266', digits: 6 });
    expect(warnings).toEqual(['SIGNATURE_UNCHECKED']);
  });

  test('figure 10: reads many at once; distinguishes two keys of one device, and each ends when its policy says', () => {
    const file = readWhole(figure(10));
    if ('flaw' in file) throw new Error(file.flaw);
    const tokens = file.rows.map(({ outcome }) => ('token' in outcome ? outcome.token : undefined));
    expect(tokens.map((token) => token?.serial)).toEqual(['654321', '123456', '9999999/3', '9999999/4']);
    expect(tokens[0]?.expiresAt).toBe(Date.parse('2006-05-31T00:00:00Z'));
  });
});

describe('keys that do not match the file', () => {
  test.each([
    ['no key', 6, {}, 'PRE_SHARED_KEY_NEEDED'],
    ['no password', 7, {}, 'PASSWORD_NEEDED'],
    ['a password for a pre-shared key', 6, { password: 'qwerty' }, 'PRE_SHARED_KEY_NEEDED'],
    ['a key for a password', 7, { preSharedKey: PRE_SHARED }, 'PASSWORD_NEEDED'],
    ['a wrong key', 6, { preSharedKey: Buffer.alloc(16, 7) }, 'KEY_WRONG'],
    ['a key of another length', 6, { preSharedKey: Buffer.alloc(32, 7) }, 'KEY_LENGTH_WRONG'],
    ['a wrong password', 7, { password: 'qwertz' }, 'KEY_WRONG'],
    ['an empty password', 7, { password: '' }, 'KEY_WRONG'],
    // A caller with a password expects an encrypted file: an unencrypted one may have been substituted.
    ['a password for a plain file', 3, { password: 'qwerty' }, 'NOT_ENCRYPTED'],
    ['a key for a plain file', 3, { preSharedKey: PRE_SHARED }, 'NOT_ENCRYPTED'],
  ])('%s', (_, number, keys, flaw) => {
    expect(readWhole(figure(number), keys)).toEqual({ flaw });
  });
});

describe('files that were altered', () => {
  const open = (xml: string) => outcomesOf(readWhole(xml, { preSharedKey: PRE_SHARED }));
  const replaced = (from: string, to: string) => {
    expect(figure(6)).toContain(from);
    return figure(6).replace(from, to);
  };

  test('a bit of the encrypted seed: refused before anything of it is decrypted', () => {
    expect(open(replaced('AAECAwQF', 'AQECAwQF'))).toEqual(['MAC_WRONG']);
  });

  test('the MAC: a different one, a part of it, none', () => {
    expect(open(replaced('Su+NvtQf', 'Su+NvtQg'))).toEqual(['MAC_WRONG']);
    expect(open(replaced('Su+NvtQfmvfJzF6bmQiJqoLRExc=', 'Su+NvtQf'))).toEqual(['MAC_WRONG']);
    expect(open(replaced('Su+NvtQfmvfJzF6bmQiJqoLRExc=', ''))).toEqual(['MAC_WRONG']);
    expect(open(figure(6).replace(/<ValueMAC>[^<]*<\/ValueMAC>/, ''))).toEqual(['MAC_MISSING']);
    expect(open(figure(6).replace(/<MACMethod[\s\S]*<\/MACMethod>/, ''))).toEqual(['MAC_MISSING']);
    expect(open(replaced('hmac-sha1', 'hmac-md5'))).toBe('PROTECTION_UNSUPPORTED');
  });

  test('a plain seed in an encrypted container', () => {
    const plain = '<Secret><PlainValue>MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=</PlainValue></Secret>';
    expect(open(figure(6).replace(/<Secret>[\s\S]*<\/Secret>/, plain))).toEqual(['SEED_PLAIN']);
  });

  test('a plain seed beside the encrypted one', () => {
    const both = '<Secret><PlainValue>MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=</PlainValue>';
    expect(open(replaced('<Secret>', both))).toEqual(['PSKC_STRUCTURE']);
  });

  test('an iteration count that would take an hour', () => {
    const slow = figure(7).replace('<IterationCount>1000<', '<IterationCount>999999999<');
    expect(readWhole(slow, { password: 'qwerty' })).toEqual({ flaw: 'PROTECTION_UNSUPPORTED' });
  });
});

// RFC 6030 section 5: an unknown policy forbids the key.
describe('policies', () => {
  const withPolicy = (policy: string) => figure(3).replace('</Data>', `</Data><Policy>${policy}</Policy>`);
  test.each([
    ['<KeyUsage>OTP</KeyUsage>', undefined],
    ['<KeyUsage>CR</KeyUsage><KeyUsage>OTP</KeyUsage>', undefined],
    ['<KeyUsage>CR</KeyUsage>', 'POLICY_UNSUPPORTED'],
    ['<KeyUsage>OTP</KeyUsage><KeyUsage>Telepathy</KeyUsage>', 'POLICY_UNSUPPORTED'],
    ['<NumberOfTransactions>3</NumberOfTransactions>', 'POLICY_UNSUPPORTED'],
    ['<x:Other xmlns:x="urn:x"/>', 'POLICY_UNSUPPORTED'],
    ['<KeyUsage x="1">OTP</KeyUsage>', 'POLICY_UNSUPPORTED'],
    ['<PINPolicy PINUsageMode="Local" PINKeyId="1"/>', undefined],
    ['<PINPolicy PINUsageMode="Append" PINKeyId="1"/>', 'POLICY_UNSUPPORTED'],
    ['<PINPolicy PINUsageMode="Local" More="1"/>', 'POLICY_UNSUPPORTED'],
    ['<PINPolicy/>', 'POLICY_UNSUPPORTED'],
    [`<StartDate>${new Date(NOW).toISOString()}</StartDate>`, undefined],
    [`<StartDate>${new Date(NOW + 1000).toISOString()}</StartDate>`, 'POLICY_UNSUPPORTED'],
    ['<ExpiryDate>soon</ExpiryDate>', 'EXPIRY_INVALID'],
    ['<ExpiryDate>2030-01-01T00:00:00Z</ExpiryDate><ExpiryDate>2031-01-01T00:00:00Z</ExpiryDate>', 'PSKC_STRUCTURE'],
  ])('%s', (policy, flaw) => {
    expect(outcomesOf(readWhole(withPolicy(policy)))).toEqual([flaw ?? SEED.toString('hex')]);
  });

  test('the earlier end of device and key counts', () => {
    const both = withPolicy('<ExpiryDate>2031-01-01T00:00:00Z</ExpiryDate>').replace(
      '</SerialNo>',
      '</SerialNo><ExpiryDate>2030-01-01T00:00:00+01:00</ExpiryDate>',
    );
    expect(only(readWhole(both)).token.expiresAt).toBe(Date.parse('2029-12-31T23:00:00Z'));
  });
});

describe('algorithms and their parameters', () => {
  const alter = (from: string | RegExp, to: string) => outcomesOf(readWhole(figure(3).replace(from, to)));
  const seed = [SEED.toString('hex')];
  const named = (name: string) => alter('urn:ietf:params:xml:ns:keyprov:pskc:hotp', name);

  test.each([
    'urn:ietf:params:xml:ns:keyprov:pskc#hotp',
    'http://www.ietf.org/keyprov/pskc#hotp',
    'urn:ietf:params:xml:ns:keyprov:pskc:totp',
    'urn:ietf:params:xml:ns:keyprov:pskc#TOTP',
    'http://www.ietf.org/keyprov/pskc#totp',
  ])('accepts %s', (name) => expect(named(name)).toEqual(seed));

  test.each(['urn:ietf:params:xml:ns:keyprov:pskc:ocra:x', 'http://www.yubico.com/#yubikey-aes', 'hotp', ''])(
    'refuses "%s"',
    (name) => expect(named(name)).toEqual(['KIND_UNSUPPORTED']),
  );

  test('suite, interval and drift of a token by time', () => {
    const xml = figure(3)
      .replace('pskc:hotp', 'pskc:totp')
      .replace('<ResponseFormat Length="8"', '<Suite>HMAC-SHA256</Suite><ResponseFormat Length="6"')
      .replace(
        '</Counter>',
        '</Counter><TimeInterval><PlainValue>60</PlainValue></TimeInterval><TimeDrift><PlainValue>-2</PlainValue></TimeDrift>',
      );
    expect(only(readWhole(xml)).token).toMatchObject({
      kind: 'totp',
      algorithm: 'SHA256',
      digits: 6,
      periodMs: 60_000,
      driftSteps: -2,
    });
    const far = only(readWhole(xml.replace('>-2<', '>40<')));
    expect(far.token.driftSteps).toBe(0);
    expect(far.warnings).toEqual(['DRIFT_LEFT_OUT']);
    expect(outcomesOf(readWhole(xml.replace('>60<', '>45<')))).toEqual(['PERIOD_UNSUPPORTED']);
  });

  test.each([
    ['Length="8"', 'Length="7"', 'DIGITS_UNSUPPORTED'],
    ['Encoding="DECIMAL"', 'Encoding="HEXADECIMAL"', 'DIGITS_UNSUPPORTED'],
    ['Encoding="DECIMAL"', 'Encoding="DECIMAL" CheckDigit="true"', 'DIGITS_UNSUPPORTED'],
    ['<PlainValue>0<', '<PlainValue>-1<', 'COUNTER_INVALID'],
    ['<PlainValue>0<', '<PlainValue>9007199254740991<', 'COUNTER_INVALID'],
    ['<PlainValue>0</PlainValue>', '<EncryptedValue/>', 'VALUE_ENCRYPTED'],
    ['MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=', 'MTIzNDU2Nzg5MDEyMzQ1', 'SEED_TOO_SHORT'],
    ['MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=', 'A'.repeat(88), 'SEED_TOO_LONG'],
    ['MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=', 'MTIzNDU2Nzg5MDEyMzQ1Njc4OTB=', 'SEED_MALFORMED'],
    ['MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=', '', 'SEED_MISSING'],
    ['987654321', 'x'.repeat(65), 'SERIAL_INVALID'],
    ['Id="12345678"', '', 'PSKC_STRUCTURE'],
  ])('%s as %s: %s', (from, to, flaw) => expect(alter(from, to)).toEqual([flaw]));
});
