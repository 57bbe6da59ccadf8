import { expect, test } from 'vitest';
import { liveCode } from './live-code.ts';

const SEED = {
  SHA1: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
  SHA256: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA',
};

// RFC 6238 appendix B
test.each([
  ['SHA1', 59, '94287082'],
  ['SHA1', 1_111_111_109, '07081804'],
  ['SHA256', 1_234_567_890, '91819424'],
  ['SHA1', 20_000_000_000, '65353130'],
] as const)('a token of %s shows the code of the RFC at %d s', (algorithm, at, code) => {
  const uri = `otpauth://totp/x:y?secret=${SEED[algorithm]}&algorithm=${algorithm}&digits=8&period=30`;
  expect(liveCode(uri, at * 1000).code).toBe(code);
});

test('defaults to six digits for 30 s, and returns the seconds left', () => {
  const uri = `otpauth://totp/x?secret=${SEED.SHA1}`;
  expect(liveCode(uri, 59_000)).toEqual({ code: '287082', secondsLeft: 1 });
  expect(liveCode(uri, 60_000)).toMatchObject({ secondsLeft: 30 });
});
