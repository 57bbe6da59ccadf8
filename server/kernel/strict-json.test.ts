import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readStrictJson } from './strict-json.ts';

const read = (text: string) => readStrictJson(new TextEncoder().encode(text));
const codeOf = (text: string) => {
  const reading = read(text);
  return reading.ok ? 'ok' : reading.code;
};

describe('strict JSON', () => {
  // SR-57
  test.each([
    '{"role":"user","role":"admin"}',
    '{"a":1,"a":1}',
    '{"a":1,"\\u0061":2}',
    '{"a\\/b":1,"a/b":2}',
    '{"x":{"a":1,"b":[{}],"a":2}}',
    '[{"a":1},{"a":1,"a":2}]',
    '{"":1,"":2}',
    '{"a":"}","a":1}',
    '{"a":"\\"","a":1}',
    '{"a":"\\\\","a":1}',
  ])('refuses %s: a duplicate name', (text) => {
    expect(codeOf(text)).toBe('DUPLICATE_NAME');
  });

  // SR-57
  test.each([
    '{"__proto__":{"admin":true}}',
    '{"a":[{"constructor":{"prototype":{}}}]}',
    '{"prototype":1}',
    '{"\\u005f_proto__":1}',
  ])('refuses %s: a prototype name', (text) => {
    expect(codeOf(text)).toBe('INPUT_INVALID');
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });

  test.each([
    '{"a":"a","b":"a"}',
    '["a","a"]',
    '{"a":{"a":{"a":1}}}',
    '{"a":"a\\":1,\\"a"}',
    '{"x":"__proto__"}',
    '[{"a":1},{"a":2}]',
  ])('accepts %s', (text) => {
    expect(read(text)).toEqual({ ok: true, value: JSON.parse(text) });
  });

  // SR-56
  test('accepts 32 levels and refuses 33, without counting brackets in strings', () => {
    expect(codeOf('['.repeat(32) + ']'.repeat(32))).toBe('ok');
    expect(codeOf('['.repeat(33) + ']'.repeat(33))).toBe('JSON_TOO_DEEP');
    expect(codeOf(`${'{"a":'.repeat(33)}1${'}'.repeat(33)}`)).toBe('JSON_TOO_DEEP');
    expect(codeOf(`["${'['.repeat(1000)}"]`)).toBe('ok');
    expect(codeOf(`[${'[],'.repeat(1000)}[]]`)).toBe('ok');
  });

  test.each([
    '',
    ' ',
    '{',
    '{"a":1,}',
    "{'a':1}",
    '{a:1}',
    '[1]]',
    'NaN',
    '01',
    '{"a":1} x',
    '/**/{}',
    '"\n"',
    '\ufeff{}',
  ])('refuses %j', (text) => {
    expect(codeOf(text)).toBe('JSON_INVALID');
  });

  test.each([
    ['a lone continuation byte', [0x22, 0x80, 0x22]],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['an encoded surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['a cut-off character', [0x22, 0xe2, 0x82, 0x22]],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
    ['a byte order mark', [0xef, 0xbb, 0xbf, 0x7b, 0x7d]],
  ])('refuses %s', (_, bytes) => {
    expect(readStrictJson(Uint8Array.from(bytes))).toEqual({ ok: false, code: 'JSON_INVALID' });
  });

  test('agrees with JSON.parse on everything without a duplicate name', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), (text) => {
        const value: unknown = JSON.parse(text);
        const prototypes = /"(__proto__|constructor|prototype)"\s*:/.test(JSON.stringify(value));
        fc.pre(!prototypes && !text.includes('__proto__'));
        expect(read(text)).toEqual({ ok: true, value });
      }),
    );
  });

  test('finds a duplicate name at any depth', () => {
    const key = fc.string().filter((name) => !['__proto__', 'constructor', 'prototype'].includes(name));
    fc.assert(
      fc.property(
        fc.uniqueArray(key, { minLength: 1, maxLength: 8 }),
        fc.nat(),
        fc.jsonValue(),
        (names, pick, value) => {
          fc.pre(codeOf(JSON.stringify(value)) === 'ok');
          const again = names[pick % names.length];
          const members = [...names, again].map((name) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
          expect(codeOf(`[{"o":{${members.join(',')}}}]`)).not.toBe('ok');
          expect(codeOf(`[{"o":{${members.slice(0, -1).join(',')}}}]`)).toBe('ok');
        },
      ),
    );
  });

  test('takes time linear in the length, for any content', () => {
    const sizes = [32, 512].map((kib) => kib * 1024);
    for (const part of ['\\\\', '\\"', '[],', '{"a":1},', '"a",']) {
      const [small, large] = sizes.map((size) => {
        const inner = part.startsWith('\\') ? `"${part.repeat(size / part.length)}"` : part.repeat(size / part.length);
        const bytes = new TextEncoder().encode(part.startsWith('\\') ? `[${inner}]` : `[${inner}0]`);
        // The same number of bytes for each size, so that interruptions and collections take equal shares of both.
        const readings = Array.from({ length: 10 }, () => {
          const before = process.cpuUsage();
          for (let read = 0; read < 512 * 1024; read += size) readStrictJson(bytes);
          const { user, system } = process.cpuUsage(before);
          // The sum is exact; which part is whose is only sampled.
          return user + system;
        });
        return Math.min(...readings);
      });
      // Linear is 1, quadratic is 16.
      expect((large ?? 0) / (small ?? 0)).toBeLessThan(5);
    }
  });
});
