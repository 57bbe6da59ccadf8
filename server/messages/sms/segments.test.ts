import { expect, test } from 'vitest';
import { smsSegments } from './segments.ts';

test.each([
  ['a'.repeat(160), 'gsm', 160, 1],
  ['a'.repeat(161), 'gsm', 161, 2],
  ['a'.repeat(306), 'gsm', 306, 2],
  ['a'.repeat(307), 'gsm', 307, 3],
  ['€'.repeat(80), 'gsm', 160, 1],
  ['€'.repeat(81), 'gsm', 162, 2],
  ['ä\n@', 'gsm', 3, 1],
  ['ç'.repeat(70), 'ucs2', 70, 1],
  ['к'.repeat(71), 'ucs2', 71, 2],
  ['к'.repeat(135), 'ucs2', 135, 3],
  ['😀'.repeat(35), 'ucs2', 70, 1],
])('%s', (text, alphabet, length, segments) => {
  expect(smsSegments(text)).toEqual({ alphabet, length, segments });
});
