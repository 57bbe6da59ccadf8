import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ImportError } from '../import-file.ts';
import { parseJson } from './parse-json.ts';

/** The value, and the number of pauses. */
function parse(text: string): { value: unknown; pauses: number } {
  const reading = parseJson(text);
  for (let pauses = 0; ; pauses++) {
    const step = reading.next();
    if (step.done) return { value: step.value, pauses };
  }
}

/** What `JSON.parse` does. */
function expectSame(text: string): void {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    expect(() => parse(text)).toThrow(ImportError);
    return;
  }
  expect(JSON.stringify(parse(text).value)).toBe(JSON.stringify(value));
}

describe('reads as JSON.parse does', () => {
  test('any JSON, with any blanks', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom('', ' ', '\n\t'), (value, blank) => {
        expectSame(JSON.stringify(value, undefined, blank));
      }),
    );
  });

  test('JSON that was changed anywhere', () => {
    const part = fc.constantFrom(
      '',
      '"',
      '\\',
      '\\"',
      ',',
      ':',
      '{',
      '}',
      '[',
      ']',
      '0',
      '1',
      '-',
      '.',
      'e',
      '\u0000',
      ' ',
      't',
    );
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.nat(), fc.nat(3), part, (text, any, cut, by) => {
        const at = any % (text.length + 1);
        expectSame(text.slice(0, at) + by + text.slice(at + cut));
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ...['', ' ', '"', '"\\"', '"\\\\"', '"\\\\\\"', '"\\u12"', '"\\x"', '"a\nb"', '[1,]', '[,1]', '{"a":1,}', '{a:1}'],
    ...[
      '{"a"}',
      '{"a":}',
      '01',
      '+1',
      '1.',
      '.5',
      '1e',
      '-',
      '-0',
      '1E+2',
      'NaN',
      'nul',
      '[1 2]',
      '1 2',
      '\uFEFF1',
      '"\uD800"',
    ],
    ...['{"a":1,"a":2}', '{"2":0,"1":0}', '{"constructor":1}', '[]]', '{"":{}}', ' [ ] ', '{ }'],
  ])('%j', expectSame);

  test('a name that objects have by themselves is a member like another', () => {
    const { value } = parse('{"__proto__":{"header":1}}') as { value: Record<string, unknown> };
    expect('header' in value).toBe(false);
    expect(Object.keys(value)).toEqual(['__proto__']);
  });
});

describe('SR-56: in bounds', () => {
  test.each([
    ['lists', '[', ']', 33],
    ['objects', '{"a":', '}', 33],
  ])('%s may nest 32 times', (_what, open, close, tooDeep) => {
    const nest = (depth: number) => `${open.repeat(depth)}0${close.repeat(depth)}`;
    expectSame(nest(tooDeep - 1));
    expect(() => parse(nest(tooDeep))).toThrow('JSON_OUT_OF_BOUNDS');
  });

  test('half a million values, names included', () => {
    expect(() => parse(`[${'0,'.repeat(499_998)}0]`)).not.toThrow();
    expect(() => parse(`[${'0,'.repeat(499_999)}0]`)).toThrow('JSON_OUT_OF_BOUNDS');
    expect(() => parse(`{${'"a":0,'.repeat(250_000)}"a":0}`)).toThrow('JSON_OUT_OF_BOUNDS');
  });

  // The attack: names that no two objects share, which JSON.parse reads for seconds at a stretch.
  test('pauses for other work', () => {
    const objects = Array.from({ length: 10_000 }, (_, at) => `{"${at.toString(36)}":0,"b${at}":[]}`);
    const text = `[${objects.join()}]`;
    expect(parse(text).pauses).toBeGreaterThan(text.length / 16_384);
  });
});
