import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RESULT_ERRORS } from '@countersign/protocol/client-codes';
import { expect, test } from 'vitest';
import { type Facts, type ProbeOutcome, whatIsWrong, whyNotLoaded } from './explain.ts';

const ROOT = join(import.meta.dirname, '../..');
const document = readFileSync(join(ROOT, 'docs/troubleshooting.md'), 'utf8');
const source = readFileSync(join(import.meta.dirname, 'explain.ts'), 'utf8');

const service = 'https://auth.example';
const facts = (changes: Partial<Facts> = {}): Facts => ({
  service,
  origin: 'https://shop.example',
  script: service,
  target: '#sign-in',
  options: { resource: 'res_01k8dq9z2mp', nonce: 'x' },
  ...changes,
});
const resource = (id: string) => ({ options: { resource: id, nonce: 'x' } });

/** Every line, by all that a page can do wrong. */
const LINES = [
  ...(
    [
      ['TARGET_INVALID', facts()],
      ['TARGET_INVALID', facts({ target: null })],
      ['OPTIONS_INVALID', facts(resource(''))],
      ['OPTIONS_INVALID', facts()],
      ['NONCE_FAILED', facts()],
      ['NONCE_INVALID', facts({ options: {} })],
      ['NONCE_INVALID', facts()],
      ['NONCE_INVALID', facts({ options: { nonce: () => '' } })],
      ['ORIGIN_NOT_ALLOWED', facts()],
    ] as const
  ).map(([code, one]) => `Countersign ${code}: ${whatIsWrong(code, one)}`),
  ...(
    [
      [facts({ options: { mode: 'popup' } }), 'lost'],
      [facts(), 'blocked'],
      [facts(), 'knocked'],
      [facts(), 'refused'],
      [facts(), 'lost'],
      [facts(resource('shop')), 'lost'],
      [facts({ script: 'https://cdn.example' }), 'lost'],
    ] satisfies [Facts, ProbeOutcome][]
  ).map(([one, outcome]) => `Countersign ${whyNotLoaded(one, outcome).join(': ')}`),
];

test('every line that is printed stands in the document below the heading of its code', () => {
  for (const line of LINES) {
    const [, code = ''] = /^Countersign (\w+): ./.exec(line) ?? [];
    const [, section = ''] = document.split(`### \`${code}\`\n`);
    expect(section.split('\n### ')[0], code).toContain(`${line}\n`);
  }
});

test('every code that is printed is tried here', () => {
  const codes = new Set([...source.matchAll(/'([A-Z]+(?:_[A-Z]+)+)'/g)].map(([, code = '']) => code));
  const tried = new Set(LINES.map((line) => line.split(/[ :]/)[1]));
  expect([...codes].filter((code) => !tried.has(code))).toEqual([]);
});

test('every code of a refused result is in the document', () => {
  expect(Object.keys(RESULT_ERRORS).filter((code) => !document.includes(`\`${code}\``))).toEqual([]);
});

test('a code that is no fault of the page has no line', () => {
  expect(whatIsWrong('POPUP_BLOCKED', facts())).toBe('');
});
