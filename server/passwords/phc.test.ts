import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePhc } from './phc.ts';

const phc = (parameters: string, { variant = 'argon2id', version = '19', salt = 'c2FsdHNhbHRzYWx0c2FsdA' } = {}) =>
  `$${variant}$v=${version}$${parameters}$${salt}$${'A'.repeat(43)}`;

// SR-18
describe('stored argon2 parameters', () => {
  test('are read from a PHC string', () => {
    const ours = { variant: 'argon2id', memoryKiB: 19456, iterations: 2, parallelism: 1 };
    expect(parsePhc(phc('m=19456,t=2,p=1'))).toEqual(ours);
    const most = { variant: 'argon2i', memoryKiB: 262144, iterations: 16, parallelism: 8 };
    expect(parsePhc(phc('m=262144,t=16,p=8', { variant: 'argon2i' }))).toEqual(most);
  });

  test.each([
    ['memory that would exhaust the machine', phc('m=262145,t=2,p=1')],
    ['the largest memory the format can say', phc('m=4294967295,t=2,p=1')],
    ['passes that would take minutes', phc('m=19456,t=17,p=1')],
    ['more lanes than a login deserves', phc('m=19456,t=2,p=9')],
    ['255 lanes', phc('m=19456,t=2,p=255')],
    ['less memory than its lanes need', phc('m=8,t=2,p=2')],
    ['no memory', phc('m=0,t=2,p=1')],
    ['no pass', phc('m=19456,t=0,p=1')],
    ['a negative number', phc('m=-19456,t=2,p=1')],
    ['hexadecimal', phc('m=0x4c00,t=2,p=1')],
    ['argon2d', phc('m=19456,t=2,p=1', { variant: 'argon2d' })],
    ['bcrypt', '$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW'],
    ['version 16', phc('m=19456,t=2,p=1', { version: '16' })],
    ['no version', `$argon2id$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$${'A'.repeat(43)}`],
    ['a short salt', phc('m=19456,t=2,p=1', { salt: 'c2FsdA' })],
    ['a four-byte output, which chance would meet', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAAAA'],
    ['a line behind it', `${phc('m=19456,t=2,p=1')}\n`],
    ['nothing', ''],
  ])('are refused: %s', (_, stored) => {
    expect(() => parsePhc(stored)).toThrow(TypeError);
  });

  test('are refused or within bounds, whatever the text', () => {
    fc.assert(
      fc.property(fc.nat(500_000), fc.nat(99), fc.nat(12), (m, t, p) => {
        const text = phc(`m=${m},t=${t},p=${p}`);
        const sane = m >= 8 * p && m > 0 && m <= 262_144 && t >= 1 && t <= 16 && p >= 1 && p <= 8;
        if (sane) expect(parsePhc(text)).toMatchObject({ memoryKiB: m, iterations: t, parallelism: p });
        else expect(() => parsePhc(text)).toThrow(TypeError);
      }),
    );
  });

  test('are not in the error message', () => {
    expect(() => parsePhc('hunter2-stored-in-clear')).toThrow(/^(?!.*hunter2)/);
  });
});
