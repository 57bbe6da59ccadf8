import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { OTP_ALGORITHMS, type OtpAlgorithm } from '@countersign/protocol/tokens';
import { describe, expect, test } from 'vitest';
import { currentOtp } from '../../../testing/current-otp.ts';
import { sampleToken, totp } from '../../../testing/samples.ts';
import type { OtpDigits } from '../../token.ts';
import { hotp } from './code.ts';

/** Codes compared per process. */
const BATCH = 500;

/** Consecutive codes of another implementation. */
function oathtool(secret: Uint8Array, digits: OtpDigits, ...mode: string[]): string[] {
  const run = spawnSync('oathtool', [...mode, '-d', String(digits), '-w', String(BATCH - 1), '-'], {
    input: `${Buffer.from(secret).toString('hex')}\n`,
    encoding: 'utf8',
  });
  if (run.error) throw new Error(`cannot run oathtool (Debian package "oathtool"): ${run.error.message}`);
  if (run.status !== 0) throw new Error(`oathtool failed: ${run.stderr}`);
  return run.stdout.trim().split('\n');
}

/** Secrets that differ by run number and length, the same in every run. */
function secretOf(length: number, seed: string): Uint8Array {
  return new Uint8Array(createHash('shake256', { outputLength: length }).update(seed).digest());
}

const LENGTHS = [16, 20, 21, 32, 63, 64];
const DIGITS: readonly OtpDigits[] = [6, 8];

// SR-46
describe('HOTP agrees with oathtool', () => {
  const starts = [0, 2 ** 31 - BATCH / 2, 2 ** 32 - BATCH / 2, 2 ** 48 + 7, Number.MAX_SAFE_INTEGER - BATCH + 1];
  test.each(starts)('from counter %d', (start) => {
    for (const length of LENGTHS) {
      for (const digits of DIGITS) {
        const secret = secretOf(length, `hotp ${start} ${digits}`);
        const ours = Array.from({ length: BATCH }, (_, i) =>
          hotp({ secret, counter: start + i, digits, algorithm: 'SHA1' }),
        );
        expect(ours).toEqual(oathtool(secret, digits, '--hotp', '-c', String(start)));
      }
    }
  });
});

// SR-46, SR-44: also past 2038 and 2106, where 32-bit times end.
describe('TOTP agrees with oathtool', () => {
  const instants = ['1970-01-01', '2026-03-29', '2038-01-19', '2106-02-07', '9999-12-30'];
  const cases = instants.flatMap((day) => OTP_ALGORITHMS.map((algorithm) => [day, algorithm] as const));

  test.each(cases)('from %s with %s', (day, algorithm: OtpAlgorithm) => {
    const start = Date.parse(`${day}T00:00:00Z`);
    for (const [index, length] of LENGTHS.entries()) {
      const periodMs = [30_000, 60_000, 90_000][index % 3] ?? 30_000;
      const digits = index % 2 === 0 ? 6 : 8;
      const secret = secretOf(length, `totp ${day} ${algorithm}`);
      const token = sampleToken({ factor: totp(0, periodMs), algorithm, digits });
      const ours = Array.from({ length: BATCH }, (_, i) => currentOtp(token, secret, start + i * periodMs));
      const theirs = oathtool(secret, digits, `--totp=${algorithm}`, '-s', `${periodMs / 1000}s`, '-N', `${day} UTC`);
      expect(ours).toEqual(theirs);
    }
  });
});
